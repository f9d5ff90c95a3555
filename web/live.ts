import { signal } from "@preact/signals";
import { now } from "./clock.ts";

/** Something changed on the server: read it again. */
export interface Fact {
  type: string;
  id: string;
}

export type LiveState = "off" | "connecting" | "live" | "lost";

/** `lost` = what is shown may be old; `lostAt` says since when. */
export const liveState = signal<LiveState>("off");
export const lostAt = signal<Date | null>(null);

type Listener = (fact: Fact | null) => void;
const listeners = new Set<Listener>();

/** Calls back for every fact, and with null when facts may have been missed. Returns how to stop. */
export function onFact(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const tell = (fact: Fact | null): void => {
  for (const listener of listeners) listener(fact);
};

/** Something that is worth nothing later: half a sentence, a level. Nothing is read again for it. */
export interface Moment {
  type: string;
  id: string;
  data: unknown;
}

const momentListeners = new Set<(moment: Moment) => void>();

/** Calls back for every moment. Returns how to stop. */
export function onMoment(listener: (moment: Moment) => void): () => void {
  momentListeners.add(listener);
  return () => momentListeners.delete(listener);
}

// Hidden for longer than this, a tab lets its connection go and reads everything again when it is looked at.
const hiddenMs = 30_000;
const refusedMs = 5_000;
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let hiding: ReturnType<typeof setTimeout> | undefined;

// What the server had told anybody when it said who is logged in: the first stream begins there, later ones after a gap.
let beginsAt: string | null = null;
let askAgain = (): void => {};

/**
 * Opens the one stream of this tab; only after `auth.me` succeeded, with its `latest`: nothing between the two is missed.
 * `onDoubt` finds out whether the session has ended or is another business's: a quiet page asks for nothing else.
 */
export function goLive(latest: string, onDoubt: () => void): void {
  beginsAt = latest;
  askAgain = onDoubt;
  connect();
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(disconnect, hiddenMs);
    else if (source === null) connect();
  });
  addEventListener("online", () => {
    if (liveState.value === "lost") connect();
  });
}

/** Does not wait for the next try: whoever was refused has just logged in. */
export function reconnect(): void {
  if (source !== null) connect();
}

function connect(): void {
  clearTimeout(retry);
  source?.close();
  if (liveState.value === "off") liveState.value = "connecting";
  const opened = new EventSource(`/api/events${beginsAt === null ? "" : `?since=${encodeURIComponent(beginsAt)}`}`);
  source = opened;
  opened.onopen = () => {
    const missed = liveState.value !== "connecting";
    liveState.value = "live";
    beginsAt = null;
    lostAt.value = null;
    if (missed) {
      askAgain(); // the cookie may be another tab's by now
      tell(null);
    }
  };
  opened.onmessage = ({ data }) => {
    const fact = readFact(String(data));
    if (fact !== null) tell(fact.type === "reset" ? null : fact);
  };
  opened.addEventListener("moment", ({ data }) => {
    const moment = JSON.parse(String(data)) as Moment;
    for (const listener of momentListeners) listener(moment);
  });
  opened.onerror = () => {
    // The browser tries again by itself unless the server refused; then we do, slowly.
    const refused = opened.readyState === EventSource.CLOSED;
    if (refused) {
      retry = setTimeout(connect, refusedMs);
      askAgain();
    }
    if (refused && liveState.value === "connecting") return;
    liveState.value = "lost";
    lostAt.value ??= now();
  };
}

function disconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
}

/** Null for what is no fact: a newer server may say things that this page does not know. */
export function readFact(data: string): Fact | null {
  try {
    const fact = JSON.parse(data) as Partial<Fact> | null;
    return typeof fact?.type === "string" ? { type: fact.type, id: String(fact.id ?? "") } : null;
  } catch {
    return null;
  }
}
