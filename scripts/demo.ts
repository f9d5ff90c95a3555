/**
 * `bun run demo`: the product itself, pointed at simulators of Twilio and OpenAI by the same settings that point it at
 * the world. Carries one Hebrew call, shows the log of it, then stays up.
 */
import { join } from "node:path";
import { printReport } from "../src/sim/report.ts";
import { allScenarios } from "../src/sim/scenarios/all.ts";
import { startWorld } from "../src/sim/world.ts";
import { runCli, startProduct } from "./product.ts";

const say = (text = ""): void => void process.stdout.write(`${text}\n`);
const storageDir = process.env.STORAGE_DIR ?? join(import.meta.dir, "../storage/demo");
const phone = "+97235550100";
const once = process.argv.includes("--once");
const wanted = process.argv.slice(2).find((word) => !word.startsWith("--")) ?? "booking";
const scenario = allScenarios.find(({ name }) => name === wanted);
if (!scenario) {
  say(`no scenario "${wanted}"; there are: ${allScenarios.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const world = await startWorld({ speech: "espeak", number: phone });
const environment = { ...world.environment, STORAGE_DIR: storageDir, PORT: process.env.PORT ?? "0" };
say("Starting AgentLocator with its own PostgreSQL (simulated Twilio and OpenAI on this machine, no account needed) …");
const product = await startProduct({ environment }).catch((error: Error) => {
  say(error.message);
  return process.exit(1);
});
world.connect({ publicBaseUrl: product.url });

interface BusinessLine {
  id: string;
  phones: string[];
}
const businesses = JSON.parse(await runCli(environment, ["business", "list"])) as BusinessLine[];
const known = businesses.find(({ phones }) => phones.includes(phone));
const added = known
  ? ""
  : await runCli(environment, [
      ...["business", "add", "--name", "מספרת דנה", "--phone", phone, "--timezone", "Asia/Jerusalem"],
      ...["--greeting", "שלום, הגעתם ל{{business_name}}, מדברת {{assistant_name}}. השיחה מוקלטת. איך אפשר לעזור?"],
      ...["--prompt", "ענו על שאלות על תספורות, מחירים ושעות, וקבעו תורים."],
    ]);
const businessId = known?.id ?? (JSON.parse(added) as { id: string }).id;

say(`\nA caller dials ${phone}: ${scenario.title}.\n`);
const stamp = (ms: number): string => `${(ms / 1_000).toFixed(1).padStart(6)} s`;
const { report } = world.dial(scenario, {
  onLine: ({ atMs, who, text }) => say(`${stamp(atMs)}  ${who === "caller" ? "לקוחה " : "עוזרת "} ${text}`),
});
const result = await report;

say("\n── The call as the caller heard it ─────────────────────────────────────────────");
say(printReport(result));
say("\n── The same call in the product's log (bun run cli calls show) ─────────────────");
const listed = JSON.parse(await runCli(environment, ["calls", "list", "--business", businessId])) as {
  calls: { id: string }[];
};
const callId = listed.calls[0]?.id ?? "";
say(await runCli(environment, ["calls", "show", callId]));

const finish = async (): Promise<never> => {
  await product.stop();
  await world.stop();
  process.exit(0);
};
if (once) await finish();
process.on("SIGINT", () => void finish());
process.on("SIGTERM", () => void finish());
say("── Still running ───────────────────────────────────────────────────────────────");
say(`health          ${product.url}/health`);
say(`other calls     bun run demo ${allScenarios.map(({ name }) => name).join(" | ")}`);
say(`command line    STORAGE_DIR=${storageDir} bun run cli calls list --business ${businessId}`);
say("real use        README.md, “Real use”: your own .env with Twilio and OpenAI keys");
say("Ctrl-C ends it.");
