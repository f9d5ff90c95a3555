/**
 * `bun run bench [ROW …]`: measures the call path against its bars. The product runs as its users run it, in a process
 * of its own on one core; the telephone network and the model are simulated on another. Exit code 1 when a bar is missed.
 */
import { capacity } from "./bench/capacity-row.ts";
import { greeting } from "./bench/greeting-row.ts";
import { hot } from "./bench/hot-row.ts";
import { interruption } from "./bench/interruption-row.ts";
import { memory } from "./bench/memory-row.ts";
import { runRows } from "./bench/run-rows.ts";
import { stalled } from "./bench/stalled-row.ts";
import { leaveFirstCore } from "./bench/stand.ts";
import { steady } from "./bench/steady-rows.ts";

await runRows([hot, stalled, greeting, interruption, steady, capacity, memory], leaveFirstCore);
