import { clockTime, duration, nearDay, phoneText } from "../format.ts";
import { mic, phone, phoneForwarded, phoneIncoming, phoneMissed, search } from "../icons.ts";
import { type CallFilter, type CallLine, callFilters, callLog, liveTurns, logKey, moreCalls } from "../models/calls.ts";
import { type LiveCall, liveCalls } from "../models/live-calls.ts";
import { Badge, type Tone } from "../parts/badge.tsx";
import { Button, LinkButton } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { useResource } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { callWords } from "../strings/calls.he.ts";
import { shellWords } from "../strings/shell.he.ts";

export default function CallsPage() {
  const t = callWords();
  const wanted = query.value.get("show") ?? "all";
  const filter: CallFilter = callFilters.find((known) => known === wanted) ?? "all";
  const text = query.value.get("q") ?? "";
  const key = logKey(filter, text);
  const testCall = (
    <LinkButton to="/test-call" icon={mic}>
      {t.testCall.title}
    </LinkButton>
  );
  return (
    <Page narrow title={t.title} actions={testCall}>
      <LiveStrip />
      <div class="stack">
        <SearchBox label={t.search} value={text} onType={(q) => setQuery({ q })} />
        <div class="chips">
          {callFilters.map((name) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={name === filter}
              onClick={() => setQuery({ show: name === "all" ? "" : name })}
            >
              {t.filters[name]}
            </button>
          ))}
        </div>
      </div>
      <Loaded key={filter} from={callLog(key)} steady>
        {({ items, next }) => (
          <>
            {items.length === 0 ? (
              <NoCalls filtered={filter !== "all" || text !== ""} />
            ) : (
              byDay(items).map(([day, ofDay]) => <Day key={day} name={day} items={ofDay} />)
            )}
            {next !== null && <Button onClick={() => moreCalls(key)}>{shellWords().loadMore}</Button>}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function NoCalls({ filtered }: { filtered: boolean }) {
  const t = callWords();
  if (filtered) return <Empty icon={search} {...t.nothing} />;
  return (
    <Empty icon={phone} title={t.empty.title} text={t.empty.text}>
      <LinkButton to="/test-call" look="primary" icon={mic}>
        {t.empty.call}
      </LinkButton>
    </Empty>
  );
}

/** Calls that are going on, with the last sentence of each. */
function LiveStrip() {
  const t = callWords();
  useResource(liveCalls);
  const items = liveCalls.data.value?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section class="card live-strip">
      <div class="card-head">
        <span class="live-dot" />
        <h2>{t.now}</h2>
      </div>
      <ul class="rows">
        {items.map((call) => (
          <li key={call.id}>
            <LiveRow of={call} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function LiveRow({ of }: { of: LiveCall }) {
  const t = callWords();
  const last = liveTurns.value[of.id]?.at(-1);
  return (
    <a class="row" href={`/calls/${of.id}`}>
      <span class="channel call">
        <Icon of={phoneIncoming} />
      </span>
      <span class="row-main">
        <span class="row-title">
          <Who name={of.customerName} from={of.from} />
        </span>
        <span class="row-sub ellipsis" dir="auto">
          {last?.text ?? t.speaking[of.speaking]}
        </span>
      </span>
      <span class="row-side">{clockTime(of.startedAt)}</span>
    </a>
  );
}

function Day({ name, items }: { name: string; items: readonly CallLine[] }) {
  return (
    <section>
      <h2 class="group-name">{name}</h2>
      <ul class="rows">
        {items.map((call) => (
          <li key={call.id}>
            <Row of={call} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ of }: { of: CallLine }) {
  const t = callWords();
  const look = lookOf(of.endReason);
  return (
    <a class="row" href={`/calls/${of.id}`}>
      <span class={`channel ${look.channel}`}>
        <Icon of={of.origin === "browser" ? mic : look.icon} />
      </span>
      <span class="row-main">
        <span class="row-title">
          <Who name={of.customerName} from={of.from} />{" "}
          {of.origin === "browser" && <Badge tone="plain">{t.test}</Badge>}
        </span>
        <span class="row-sub two-lines" dir="auto">
          {of.summary ?? t.reasons[reasonOf(of.endReason)]}
        </span>
      </span>
      <span class="row-side">
        {look.tone && <Badge tone={look.tone}>{t.reasons[reasonOf(of.endReason)]}</Badge>}
        <bdi dir="ltr" class="only-wide">
          {of.durationMs !== null && duration(of.durationMs)}
        </bdi>
        <bdi dir="ltr">{clockTime(of.startedAt)}</bdi>
      </span>
    </a>
  );
}

function Who({ name, from }: { name: string | null; from: string | null }) {
  if (name !== null) return <bdi>{name}</bdi>;
  return from === null ? <span>{callWords().hidden}</span> : <bdi dir="ltr">{phoneText(from)}</bdi>;
}

type Reason = keyof ReturnType<typeof callWords>["reasons"];

function reasonOf(endReason: string | null): Reason {
  if (endReason === null) return "live";
  return endReason in callWords().reasons ? (endReason as Reason) : "caller_hung_up";
}

function lookOf(endReason: string | null): { icon: string; channel: string; tone?: Tone } {
  switch (endReason) {
    case null:
      return { icon: phoneIncoming, channel: "call", tone: "voice" };
    case "fallback":
    case "bug":
    case "lost":
    case "shutdown":
      return { icon: phoneMissed, channel: "danger", tone: "danger" };
    case "transferred":
      return { icon: phoneForwarded, channel: "meeting", tone: "plain" };
    default:
      return { icon: phone, channel: "call" };
  }
}

function byDay(items: readonly CallLine[]): [string, CallLine[]][] {
  return [...Map.groupBy(items, (call) => nearDay(call.startedAt))];
}
