/**
 * `bun run bench:whatsapp [ROW …]`: measures WhatsApp against its bars: the real client in its threads, the product's inbox
 * and outbox on a real PostgreSQL, and a fake WhatsApp that speaks the wire. Exit code 1 when a bar is missed.
 */
import { runRows } from "./bench/run-rows.ts";
import { burst } from "./bench-whatsapp/burst.ts";
import { kill } from "./bench-whatsapp/kill.ts";
import { latency } from "./bench-whatsapp/latency.ts";
import { memory } from "./bench-whatsapp/memory.ts";
import { reconnect } from "./bench-whatsapp/reconnect.ts";
import { webhook } from "./bench-whatsapp/webhook.ts";

await runRows([latency, burst, kill, reconnect, memory, webhook]);
