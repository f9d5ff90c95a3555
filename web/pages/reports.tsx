import { now } from "../clock.ts";
import { addDays } from "../dates.ts";
import { dateName, dayKey, money, number } from "../format.ts";
import { chartColumn } from "../icons.ts";
import { type Compared, comparedBy, type Usage, usageBy } from "../models/reports.ts";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { Together } from "../parts/together.tsx";
import { query, setQuery } from "../router.ts";
import { settingsWords } from "../strings/settings.he.ts";

const spans = [7, 30, 90] as const;

/** What was used and what it cost (C6). */
export default function ReportsPage() {
  const t = settingsWords().reports;
  const days = spans.find((span) => String(span) === query.value.get("days")) ?? 7;
  const to = dayKey(now());
  const key = `${addDays(to, 1 - days)} ${to}`;
  return (
    <Page title={t.title}>
      <fieldset class="segmented" aria-label={t.title}>
        {spans.map((span) => (
          <button
            key={span}
            type="button"
            aria-pressed={span === days}
            onClick={() => setQuery({ days: String(span) })}
          >
            {t.days(span)}
          </button>
        ))}
      </fieldset>
      <Together key={key} of={[comparedBy(key), usageBy(key)]}>
        <Loaded from={comparedBy(key)}>{(compared) => <Outcomes of={compared} days={days} />}</Loaded>
        <Loaded from={usageBy(key)}>{(usage) => <Report of={usage} from={addDays(to, 1 - days)} days={days} />}</Loaded>
      </Together>
    </Page>
  );
}

/** In the order in which an owner asks, with the list behind the number where there is one. */
const outcomes = [
  ["answered", "/calls?show=handled"],
  ["missed", "/calls?show=missed"],
  ["handedOver", null],
  ["booked", "/calendar"],
  ["costAgorot", null],
] as const;

/** These days against as many before them. */
function Outcomes({ of: { now: current, before }, days }: { of: Compared; days: number }) {
  const t = settingsWords().reports;
  const said = (name: keyof Compared["now"], value: number) => (name === "costAgorot" ? money(value) : number(value));
  return (
    <table class="numbers-table">
      <thead>
        <tr>
          <th scope="col">{t.compared}</th>
          <th scope="col">{t.days(days)}</th>
          <th scope="col">{t.before(days)}</th>
        </tr>
      </thead>
      <tbody>
        {outcomes.map(([name, list]) => (
          <tr key={name}>
            <th scope="row">{list === null ? t.outcomes[name] : <a href={list}>{t.outcomes[name]}</a>}</th>
            <td>
              <bdi>{said(name, current[name])}</bdi>
            </td>
            <td class="muted">
              <bdi>{said(name, before[name])}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Report({ of, from, days }: { of: Usage; from: string; days: number }) {
  const t = settingsWords().reports;
  if (of.items.length === 0) return <Empty icon={chartColumn} title={t.nothing.title} text={t.nothing.text} />;
  const { calls, callSeconds, messages, costAgorot } = of.total;
  return (
    <>
      <dl class="figures of-money">
        <Figure name={t.calls} value={number(calls)} />
        <Figure name={t.minutes} value={number(Math.round(callSeconds / 60))} />
        <Figure name={t.messages} value={number(messages)} />
        <Figure name={t.cost} value={money(costAgorot)} />
      </dl>
      <Bars of={of} from={from} days={days} />
      {of.unpriced.length > 0 && <p class="notice warn">{t.unpriced(of.unpriced.join(", "))}</p>}
      <details>
        <summary>{t.table}</summary>
        <UsageTable items={of.items} label={t.day} name={dateName} />
      </details>
    </>
  );
}

const Figure = ({ name, value }: { name: string; value: string }) => (
  <div class="figure upside-down">
    <dt class="small muted">{name}</dt>
    <dd class="figure-value numbers">
      <bdi>{value}</bdi>
    </dd>
  </div>
);

const barWidth = 10;
const barHeight = 96;

/** Calls a day; time runs from left to right. The table below says the same in numbers. */
function Bars({ of, from, days }: { of: Usage; from: string; days: number }) {
  const t = settingsWords().reports;
  const byDay = new Map(of.items.map(({ label, calls }) => [label, calls]));
  const bars = Array.from({ length: days }, (_, index) => byDay.get(addDays(from, index)) ?? 0);
  const most = Math.max(1, ...bars);
  return (
    <figure class="card card-pad stack">
      <figcaption class="muted small">{t.perDay}</figcaption>
      <svg
        class="bars"
        viewBox={`0 0 ${days * barWidth} ${barHeight}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t.perDay}
      >
        {bars.map((calls, index) => {
          const tall = Math.max(1, (calls / most) * barHeight);
          return <rect key={index} x={index * barWidth + 2} y={barHeight - tall} width={barWidth - 4} height={tall} />;
        })}
      </svg>
      <div class="bars-ends muted small">
        {[from, addDays(from, days - 1)].map((date) => (
          <span key={date} dir="auto">
            {dateName(date)}
          </span>
        ))}
      </div>
    </figure>
  );
}

export function UsageTable({
  items,
  label,
  name,
}: {
  items: Usage["items"];
  label: string;
  name: (label: string) => string;
}) {
  const t = settingsWords().reports;
  return (
    <table class="numbers-table">
      <thead>
        <tr>
          <th scope="col">{label}</th>
          {amounts.map(([what]) => (
            <th key={what} scope="col">
              {t[what]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.label}>
            <th scope="row" dir="auto">
              {name(item.label)}
            </th>
            {amounts.map(([what, said]) => (
              <td key={what}>{said(item)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is told of a line, in this order. */
const amounts = [
  ["calls", ({ calls }) => number(calls)],
  ["minutes", ({ callSeconds }) => number(Math.round(callSeconds / 60))],
  ["messages", ({ messages }) => number(messages)],
  ["cost", ({ costAgorot }) => money(costAgorot)],
] as const satisfies readonly (readonly [string, (item: Usage["total"]) => string])[];
