import { Hono } from "hono";
import type { Clock } from "../base/clock.ts";

/** One thing the product needs: resolves when it answers, rejects or hangs when it does not. */
export type Probe = () => Promise<void>;

export interface HealthDeps {
  /** By name, e.g. `database`. */
  probes: Record<string, Probe>;
  /** Calls that are live now. */
  liveCalls(): number;
  /** True from SIGTERM on: live calls go on, new ones are refused. */
  draining(): boolean;
  version: string;
  clock: Clock;
}

// A probe that has not answered by then counts as down: a load balancer asks every few seconds.
const probeMs = 1_500;

const answers = async (probe: Probe): Promise<boolean> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((done) => {
    timer = setTimeout(() => done(false), probeMs);
  });
  const alive = probe().then(
    () => true,
    () => false,
  );
  return Promise.race([alive, late]).finally(() => clearTimeout(timer));
};

// However often anybody asks, and whoever: the probes run once in this time. A load balancer's own is longer.
const sharedMs = 1_000;

/** Whether each probe answers, in their order: whoever asks meanwhile, and for a while after, gets the same answer. */
function shareAnswers(probes: readonly Probe[], clock: Clock): () => Promise<boolean[]> {
  let shared: { results: Promise<boolean[]>; untilMs: number } | null = null;
  return () => {
    if (shared !== null && clock.nowMs() < shared.untilMs) return shared.results;
    const asked = { results: Promise.all(probes.map(answers)), untilMs: Number.POSITIVE_INFINITY };
    void asked.results.then(() => {
      asked.untilMs = clock.nowMs() + sharedMs;
    });
    shared = asked;
    return asked.results;
  };
}

/**
 * `/health/live` = the process runs; `/health/ready` and `/readyz` = it can take calls (503 when a probe fails or while
 * draining); `/health` = the same facts with figures, always 200 as long as the process runs.
 */
export function createHealth(deps: HealthDeps): Hono {
  const names = Object.keys(deps.probes);
  const ask = shareAnswers(Object.values(deps.probes), deps.clock);
  const state = async () => {
    const results = await ask();
    const checks = Object.fromEntries(names.map((name, index) => [name, results[index] ? "up" : "down"]));
    return { ready: !deps.draining() && results.every(Boolean), draining: deps.draining(), checks };
  };
  const app = new Hono();
  app.get("/health/live", (c) => c.json({ live: true }));
  for (const path of ["/health/ready", "/readyz"])
    app.get(path, async (c) => {
      const now = await state();
      return c.json(now, now.ready ? 200 : 503);
    });
  app.get("/health", async (c) =>
    c.json({
      ...(await state()),
      version: deps.version,
      liveCalls: deps.liveCalls(),
      residentBytes: process.memoryUsage.rss(),
      upSeconds: Math.round(process.uptime()),
    }),
  );
  return app;
}
