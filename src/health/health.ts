import { Hono } from "hono";

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

/**
 * `/health/live` = the process runs; `/health/ready` and `/readyz` = it can take calls (503 when a probe fails or while
 * draining); `/health` = the same facts with figures, always 200 as long as the process runs.
 */
export function createHealth(deps: HealthDeps): Hono {
  const state = async () => {
    const names = Object.keys(deps.probes);
    const results = await Promise.all(Object.values(deps.probes).map(answers));
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
