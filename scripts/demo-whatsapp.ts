/**
 * `bun run demo whatsapp`: two businesses link their WhatsApp by QR, a customer books with one of them in Hebrew, and the
 * other one's device is unlinked. The product runs the real WhatsApp client; only the servers behind it are simulated.
 */
import { until } from "../src/e2e/testing/until.ts";
import type { Account } from "../src/sim/whatsapp/account.ts";
import { startWorld } from "../src/sim/world.ts";
import { removeStorage, runCli, startProduct } from "./product.ts";

interface Session {
  state: string;
  canSend: boolean;
  qr: { text: string } | null;
}

interface Message {
  author: string;
  text: string;
  state: string | null;
}

const say = (text = ""): void => void process.stdout.write(`${text}\n`);
const patienceMs = 90_000;

/** Runs the scenario on an own, empty storage (the simulated phones know no earlier link), then ends the product. */
export async function demoWhatsApp(storageDir: string, port: string): Promise<void> {
  await removeStorage(storageDir);
  const world = await startWorld();
  const environment = { ...world.environment, STORAGE_DIR: storageDir, PORT: port };
  say(
    "Starting AgentLocator with its own PostgreSQL (simulated WhatsApp and OpenAI on this machine, no account needed) …",
  );
  const product = await startProduct({ environment });
  world.connect({ publicBaseUrl: product.url });
  const cli = async <T>(...args: string[]): Promise<T> => JSON.parse(await runCli(environment, args)) as T;

  /** Finds or adds a business and links its WhatsApp. */
  const open = async (name: string, number: string) => {
    const known = (await cli<{ id: string; phones: string[] }[]>("business", "list")).find(({ phones }) =>
      phones.includes(`+${number}`),
    );
    const id = known?.id ?? (await cli<{ id: string }>("business", "add", "--name", name, "--phone", `+${number}`)).id;
    const account = world.whatsapp.account(number, name);
    await cli("whatsapp", "connect", "--business", id);
    const shown = await until(
      `the QR of ${name}`,
      async () => (await cli<Session>("whatsapp", "status", "--business", id)).qr,
      patienceMs,
    );
    say(`${name}: a QR is shown (${shown.text.slice(0, 24)}…), the owner scans it`);
    world.whatsapp.scan(account, shown.text);
    await until(
      `${name} linked`,
      async () => (await cli<Session>("whatsapp", "status", "--business", id)).canSend,
      patienceMs,
    );
    say(`${name}: linked, can send`);
    return { id, name, account };
  };

  const hair = await open("מספרת דנה", "97235550100");
  const law = await open("עורך דין לוי", "97235550200");
  const customer = world.whatsapp.person("972501112233", "דנה כהן");
  say("\nA customer writes to the first one:\n");
  for (const text of ["שלום", "אפשר לקבוע תור ליום ראשון?", "כן, אפשר"]) {
    const before = customer.textsFrom(hair.account).length;
    say(`  לקוחה   ${text}`);
    await customer.write(hair.account, text);
    await until("an answer", () => customer.textsFrom(hair.account).length > before, patienceMs);
    say(`  עוזרת   ${customer.textsFrom(hair.account).at(-1)}`);
  }
  await showThread(hair.id, cli);

  say(`\n${law.name} unlinks the device on the phone:`);
  unlink(law.account);
  const state = async () => (await cli<Session>("whatsapp", "status", "--business", law.id)).state;
  await until("the logout", async () => (await state()) === "logged_out", patienceMs);
  const told = product
    .log()
    .split("\n")
    .filter((line) => line.includes("[WA] connection update:"));
  say(
    `${law.name}: ${await state()} · ${hair.name}: ${(await cli<Session>("whatsapp", "status", "--business", hair.id)).state}`,
  );
  const alerts = await cli<{ title: string }[]>("whatsapp", "alerts", "--business", law.id);
  for (const { title } of alerts) say(`in the bell     ${title}`);
  say(
    `alerts          ${alerts.length} for ${law.name}, ${(await cli<unknown[]>("whatsapp", "alerts", "--business", hair.id)).length} for ${hair.name}`,
  );
  say(`log             ${told.at(-1)?.replace(/^\S+ /, "") ?? "-"}`);
  await product.stop();
  await world.stop();
}

function unlink(account: Account): void {
  if (account.connected !== null) account.unlink(account.connected);
}

async function showThread(businessId: string, cli: <T>(...args: string[]) => Promise<T>): Promise<void> {
  const { chats } = await cli<{ chats: { id: string; customerName: string | null; phone: string | null }[] }>(
    "whatsapp",
    "chats",
    "--business",
    businessId,
  );
  const [chat] = chats;
  if (chat === undefined) return;
  const { messages } = await cli<{ messages: Message[] }>("whatsapp", "messages", chat.id, "--business", businessId);
  say(`\n── The thread as the office sees it: ${chat.customerName} (…${chat.phone?.slice(-4)}) ──`);
  for (const { author, text, state } of messages.toReversed())
    say(`  ${author.padEnd(9)} ${state === null ? "" : `[${state}] `}${text}`);
  const { meetings } = await cli<{ meetings: { startsAt: string; status: string }[] }>(
    "meetings",
    "list",
    "--business",
    businessId,
  );
  for (const meeting of meetings) say(`  meeting   ${meeting.startsAt} ${meeting.status}`);
}
