import type { BackoffPolicy } from "../../base/backoff.ts";
import type { ChannelState } from "../provider.ts";

/**
 * The life of one business's connection as a table: state × input → next state and what to do. Pure; the channel
 * carries it out. Every pair that is not in the table leaves the state as it is and does nothing.
 */

/** The port's states; `link_expired` is shown as `needs_link` without a QR: nobody has scanned, nothing is tried. */
export type LifeState = ChannelState | "link_expired";

export type LifeInput =
  /** Somebody wants it connected. */
  | "connect"
  /** The wait is over. */
  | "timer"
  | "qr"
  | "scanned"
  | "opened"
  | "disconnect"
  | "logout"
  /** The thread that carried the session is gone. */
  | "worker_lost"
  | CloseInput;

/** Why a connection ended, as far as what to do next goes. */
export type CloseInput =
  /** The server wishes a new connection, e.g. after linking. Not an outage. */
  | "closed_restart"
  | "closed_lost"
  /** Too many requests: the longest wait. */
  | "closed_throttled"
  | "closed_link_expired"
  | "closed_logged_out"
  | "closed_banned"
  /** The same login is used elsewhere; `_again` after one retry. */
  | "closed_replaced"
  | "closed_replaced_again"
  /** This version is refused; `_again` when there is no newer one, or it is refused too. */
  | "closed_outdated"
  | "closed_outdated_again"
  | "closed_misconfigured"
  | "closed_unreadable";

/**
 * - `open`: begin to connect now. `wait`: connect when the backoff is over. `wait_long`: its longest delay.
 * - `update`: look for a newer version of the client, then begin to connect.
 * - `close`: end the socket. `unlink`: tell WhatsApp, end the socket, put the login aside. `forget`: put the login aside.
 */
export type LifeAction = "none" | "open" | "update" | "wait" | "wait_long" | "close" | "unlink" | "forget";

type Step = readonly [LifeState, LifeAction];
type Row = Partial<Record<LifeInput, Step>>;

const gone: Row = {
  disconnect: ["off", "close"],
  logout: ["off", "unlink"],
  worker_lost: ["waiting", "wait"],
  closed_restart: ["connecting", "open"],
  closed_lost: ["waiting", "wait"],
  closed_throttled: ["waiting", "wait_long"],
  closed_link_expired: ["link_expired", "none"],
  closed_logged_out: ["logged_out", "forget"],
  closed_banned: ["banned", "none"],
  closed_replaced: ["waiting", "wait_long"],
  closed_replaced_again: ["replaced", "none"],
  closed_outdated: ["connecting", "update"],
  closed_outdated_again: ["outdated", "none"],
  closed_misconfigured: ["misconfigured", "none"],
  closed_unreadable: ["login_unreadable", "none"],
};

/** Nothing is connected and nothing is tried: a person has to act. */
const resting: Row = {
  connect: ["starting", "open"],
  logout: ["off", "forget"],
  disconnect: ["off", "none"],
};

const connecting: Row = {
  ...gone,
  qr: ["needs_link", "none"],
  scanned: ["linking", "none"],
  opened: ["open", "none"],
};

const table: Record<LifeState, Row> = {
  off: { connect: ["starting", "open"], logout: ["off", "forget"] },
  starting: connecting,
  connecting,
  needs_link: connecting,
  linking: connecting,
  open: gone,
  waiting: {
    connect: ["connecting", "open"],
    timer: ["connecting", "open"],
    disconnect: ["off", "none"],
    logout: ["off", "forget"],
  },
  link_expired: resting,
  logged_out: resting,
  banned: resting,
  replaced: resting,
  outdated: resting,
  login_unreadable: resting,
  misconfigured: resting,
};

export const lifeStates = Object.keys(table) as LifeState[];

export const step = (state: LifeState, input: LifeInput): Step => table[state][input] ?? [state, "none"];

/** States that end only when a person acts. */
export const isFinal = (state: LifeState): boolean => table[state] === resting;

/** A socket may be open, or about to be, in these states. */
export const isActive = (state: LifeState): boolean => table[state].closed_lost !== undefined;

// Reasons

interface Ending {
  input: CloseInput;
  /** Stable code for the status and the log. */
  reason: string;
}

/** Source: facts measured against Baileys 7.0.0-rc14 (`lastDisconnect.error.output.statusCode`). */
const endings: Readonly<Record<number, Ending>> = {
  401: { input: "closed_logged_out", reason: "logged_out" },
  402: { input: "closed_banned", reason: "banned_for_a_while" },
  403: { input: "closed_banned", reason: "account_locked" },
  405: { input: "closed_outdated", reason: "client_too_old" },
  406: { input: "closed_banned", reason: "banned" },
  408: { input: "closed_lost", reason: "connection_lost" },
  409: { input: "closed_outdated", reason: "client_refused" },
  411: { input: "closed_misconfigured", reason: "multi_device_off" },
  419: { input: "closed_logged_out", reason: "unauthorised" },
  428: { input: "closed_lost", reason: "connection_closed" },
  429: { input: "closed_throttled", reason: "too_many_requests" },
  440: { input: "closed_replaced", reason: "used_elsewhere" },
  500: { input: "closed_lost", reason: "bad_session" },
  503: { input: "closed_lost", reason: "service_unavailable" },
  515: { input: "closed_restart", reason: "restart_required" },
};

/** What a closed connection means. `wasLinked` = there is a login; without one, 408 is a QR that nobody has scanned. */
export function endingOf(code: number, wasLinked: boolean): Ending {
  if (code === 408 && !wasLinked) return { input: "closed_link_expired", reason: "not_scanned" };
  return endings[code] ?? { input: "closed_lost", reason: `code_${code}` };
}

/** W3; jittered, so that many sessions do not come back in one instant. The last delay is the longest. */
export const reconnectBackoff: BackoffPolicy = { delaysMs: [5_000, 15_000, 30_000, 60_000], jitter: 0.1 };
