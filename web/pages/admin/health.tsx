import { duration, number } from "../../format.ts";
import { health } from "../../models/admin.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Page } from "../../parts/page.tsx";
import { settingsWords } from "../../strings/settings.he.ts";

export default function HealthPage() {
  const t = settingsWords().admin;
  return (
    <Page narrow title={t.health}>
      <Loaded from={health}>
        {({ process, jobs }) => (
          <>
            <Facts
              title={t.process}
              facts={[
                [t.version, process.version],
                [t.up, duration(process.upSeconds * 1_000)],
                [t.liveCalls, number(process.liveCalls)],
                [t.panels, number(process.panels)],
                [t.memory, `${number(process.memoryMb)} MB`],
              ]}
            />
            <Facts
              title={t.jobs}
              facts={[
                [t.waiting, number(jobs.waiting)],
                [t.running, number(jobs.running)],
                [t.planned, number(jobs.planned)],
                [t.dead, number(jobs.dead)],
                [t.oldest, duration(jobs.oldestWaitSeconds * 1_000)],
              ]}
            />
            {jobs.givenUp.map(({ id, queue, error }) => (
              <p key={id} class="notice danger">
                <bdi dir="ltr">
                  {queue}: {error}
                </bdi>
              </p>
            ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}

const Facts = ({ title, facts }: { title: string; facts: readonly (readonly [string, string])[] }) => (
  <section class="card card-pad stack">
    <h2>{title}</h2>
    <dl class="key-values">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd class="numbers">
            <bdi dir="ltr">{value}</bdi>
          </dd>
        </>
      ))}
    </dl>
  </section>
);
