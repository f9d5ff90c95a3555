/**
 * `bun run demo`: the product itself, pointed at simulators of Twilio and OpenAI by the same settings that point it at
 * the world. Carries one Hebrew call, shows the log of it, then stays up.
 */
import { join } from "node:path";
import { espeakHebrew } from "../src/sim/espeak.ts";
import { printReport } from "../src/sim/report.ts";
import { allScenarios } from "../src/sim/scenarios/all.ts";
import { startWorld } from "../src/sim/world.ts";
import { demoWhatsApp } from "./demo-whatsapp.ts";
import { runCli, startProduct } from "./product.ts";

interface CallDetail {
  customerName: string | null;
  leadStatus: string | null;
  endReason: string;
  summary: string | null;
  costAgorot: number | null;
  turns: { role: string; text: string; startMs: number; interrupted: boolean }[];
  events: { atMs: number; kind: string; detail: Record<string, unknown> }[];
  recordings: { status: string; durationMs: number; deleteAfter: string }[];
}

const greeting = "שלום, הגעתם ל{{business_name}}, מדברת {{assistant_name}}. השיחה מוקלטת. איך אפשר לעזור?";
const say = (text = ""): void => void process.stdout.write(`${text}\n`);
const storageDir = process.env.STORAGE_DIR ?? join(import.meta.dir, "../storage/demo");
const phone = "+97235550100";
const owner = "dana@example.com";
const once = process.argv.includes("--once");
const wanted = process.argv.slice(2).find((word) => !word.startsWith("--")) ?? "booking";
if (wanted === "whatsapp") {
  await demoWhatsApp(`${storageDir}-whatsapp`, process.env.PORT ?? "0");
  process.exit(0);
}
const scenario = allScenarios.find(({ name }) => name === wanted);
if (!scenario) {
  say(`no scenario "${wanted}"; there are: ${allScenarios.map(({ name }) => name).join(", ")}, whatsapp`);
  process.exit(2);
}

const world = await startWorld({
  synthesise: espeakHebrew,
  number: phone,
  // Somebody verifies a transfer number in the panel: on this machine nobody's telephone rings.
  onPlaced: ({ to, digits }) =>
    say(`telephone       ${to} was called and heard the code ${digits.slice(0, digits.length / 2)}`),
});
const environment = { ...world.environment, STORAGE_DIR: storageDir, PORT: process.env.PORT ?? "0" };
say("Starting AgentLocator with its own PostgreSQL (simulated Twilio and OpenAI on this machine, no account needed) …");
const product = await startProduct({ environment }).catch((error: Error) => {
  say(error.message);
  return process.exit(1);
});
world.connect({ publicBaseUrl: product.url });
world.account.rent(phone); // rings at Twilio's own welcome until somebody points it here, in the panel under Channels

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
      ...["--greeting", greeting],
      ...["--prompt", "ענו על שאלות על תספורות, מחירים ושעות, וקבעו תורים."],
    ]);
const businessId = known?.id ?? (JSON.parse(added) as { id: string }).id;

// Greetings that an earlier demo had rendered: the simulated caller should recognise them too.
await world.learn(greeting.replace("{{business_name}}", "מספרת דנה").replace("{{assistant_name}}", "נועה"));

say(`\nA caller dials ${phone}: ${scenario.title}.\n`);
const stamp = (ms: number): string => `${(ms / 1_000).toFixed(1).padStart(6)} s`;
const { report } = world.dial(scenario, {
  onLine: ({ atMs, who, text }) => say(`${stamp(atMs)}  ${who === "caller" ? "לקוחה " : "עוזרת "} ${text}`),
});
const result = await report;

say("\n── The call as the caller heard it ─────────────────────────────────────────────");
say(printReport(result));
say("\n── The same call in the product's log (all of it: bun run cli calls show) ──────");
const listed = JSON.parse(await runCli(environment, ["calls", "list", "--business", businessId])) as {
  calls: { id: string; callSid: string }[];
};
const logged = listed.calls.find(({ callSid }) => callSid === result.callSid);
if (logged) printCall(JSON.parse(await runCli(environment, ["calls", "show", logged.id])) as CallDetail);
else say("nothing: the call reached no business");

/** What the office sees of the call, shortened. */
function printCall(call: CallDetail): void {
  const lines = [
    ...call.turns.map(({ startMs, role, text, interrupted }) => ({
      atMs: startMs,
      line: `${role === "caller" ? "לקוחה " : "עוזרת "} ${text}${interrupted ? " … (הופסקה)" : ""}`,
    })),
    ...call.events.flatMap(({ atMs, kind, detail }) => {
      const shown = shortened(kind, detail);
      return shown === null ? [] : [{ atMs, line: `        · ${kind}${shown}` }];
    }),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, line } of lines) say(`${stamp(atMs)}  ${line}`);
  const [recording] = call.recordings;
  say(`\nlead        ${call.customerName ?? "no name yet"} (${call.leadStatus})      ended: ${call.endReason}`);
  say(`summary     ${call.summary ?? "-"}`);
  say(`cost        ${((call.costAgorot ?? 0) / 100).toFixed(2)} ₪ by list prices`);
  if (recording)
    say(
      `recording   ${(recording.durationMs / 1_000).toFixed(0)} s, both sides, deleted after ${recording.deleteAfter.slice(0, 16).replace("T", " ")} UTC`,
    );
}

/** Details of an event as ` name=value`; of a turn's dozen moments only how long the caller waited, or null. */
function shortened(kind: string, detail: Record<string, unknown>): string | null {
  if (kind === "turn_latency") return typeof detail.answer_ms === "number" ? ` answer_ms=${detail.answer_ms}` : null;
  return Object.entries(detail)
    .map(([name, value]) => ` ${name}=${value}`)
    .join("");
}

/** Opens the panel as the salon's owner: the first time, and for a new password every time after. */
async function panelLink(): Promise<string> {
  const known = (await runCli(environment, ["user", "list"])).includes(owner);
  const person = ["--name", "דנה", "--role", "owner", "--business", businessId];
  const reachable = { ...environment, PUBLIC_BASE_URL: product.url };
  const args = known ? ["user", "link", "--email", owner] : ["user", "add", "--email", owner, ...person];
  return (JSON.parse(await runCli(reachable, args)) as { link: string }).link;
}

const finish = async (): Promise<never> => {
  await product.stop();
  await world.stop();
  process.exit(0);
};
if (once) await finish();
process.on("SIGINT", () => void finish());
process.on("SIGTERM", () => void finish());
say("── Still running ───────────────────────────────────────────────────────────────");
say(`panel           ${await panelLink()}   (choose a password, and you are the salon's owner)`);
say(`health          ${product.url}/health`);
say(`other calls     bun run demo ${allScenarios.map(({ name }) => name).join(" | ")} | whatsapp`);
// Not `bun run cli`, which reads the operator's .env: that may name another database.
say(`command line    STORAGE_DIR=${Bun.$.escape(storageDir)} bun src/cli.ts calls list --business ${businessId}`);
say("real use        README.md, “Real use”: your own .env with Twilio and OpenAI keys");
say("Ctrl-C ends it.");
