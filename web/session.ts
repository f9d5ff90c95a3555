import { computed, signal } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { ApiError, api, asStranger, loadedAnew } from "./api.ts";
import { remember } from "./language.ts";
import { reconnect } from "./live.ts";
import { pushOff, pushState } from "./push-device.ts";
import { loginWanted, pageOf } from "./session-end.ts";

const { auth } = api;

export type Me = InferResponseType<typeof auth.me.$get>;
export type Role = Me["role"];

/** Who is logged in. Null until `auth.me` succeeded: nothing else is asked for before that. */
export const me = signal<Me | null>(null);

/** The business's zone: every time on the screen is in it, wherever the phone is. */
export const zone = computed(() => me.value?.business?.timezone ?? "Asia/Jerusalem");

/** Reads who is logged in. False = nobody. @throws ApiError when the server cannot say. */
export async function loadMe(): Promise<boolean> {
  try {
    const who = await (await auth.me.$get({}, asStranger)).json();
    pageOf.value = `${who.user?.id ?? ""}/${who.business?.id ?? ""}`;
    me.value = who;
    remember("panel_shell", "1");
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    remember("panel_shell", "0");
    return false;
  }
}

/** Asks whether the session is still there, and still this page's; when it has ended, its person is asked to log in again. */
export function askedAgain(): void {
  if (loginWanted.value === null) auth.me.$get().catch(() => {});
}

// Whatever changes whose data is shown loads the page anew: no signal, cache or stream of the one before survives.

/** Logs in and goes to where the person wanted to be. @throws ApiError */
export async function login(email: string, password: string, to: string): Promise<void> {
  await beginSession(email, password);
  await tellAgain();
  location.assign(to);
}

async function beginSession(email: string, password: string): Promise<void> {
  await auth.csrf.$get({}, asStranger);
  await enterTheOnlyBusiness(await (await auth.login.$post({ json: { email, password } }, asStranger)).json());
}

/** Logs in after the session ended, and goes on where it was. For somebody else, or elsewhere, the page begins anew. @throws ApiError */
export async function logInAgain(email: string, password: string): Promise<void> {
  await beginSession(email, password);
  const who = await (await auth.me.$get({}, asStranger)).json();
  if (!sameView(me.value, who)) await loadedAnew();
  reconnect();
  await tellAgain();
}

const sameView = (one: Me | null, other: Me): boolean =>
  one?.user?.id === other.user?.id &&
  one?.role === other.role &&
  one.business?.id === other.business?.id &&
  one.impersonating === other.impersonating;

/** Nobody is logged in: first that, then back to this place. */
export function toLogin(): void {
  const here = location.pathname + location.search;
  location.assign(here === "/" ? "/login" : `/login?to=${encodeURIComponent(here)}`);
}

/**
 * Whoever runs an installation of one business is its owner as well: after the login they are inside it, by the same way in,
 * banner and line in the audit as every other time (S3). Having left it they stay outside, until the next login.
 */
async function enterTheOnlyBusiness({ role, business }: Pick<Me, "role" | "business">): Promise<void> {
  if (role !== "system_admin" || business !== null) return;
  try {
    const { items } = await (await api.admin.businesses.$get({ query: { limit: "2" } }, asStranger)).json();
    const [only] = items;
    if (items.length === 1 && only?.status === "active")
      await auth.impersonation.$post({ json: { businessId: only.id } }, asStranger);
  } catch (error) {
    reportError(error); // the list of businesses still leads in
  }
}

/** Logged out everywhere, by a new password for instance, the server has forgotten that this device wants to be told. */
const tellAgain = () => pushState().catch(() => {});

export async function leaveSession(): Promise<void> {
  await pushOff().catch(() => {}); // names of customers on the locked screen of somebody who left
  // Somebody whose session has ended is out already.
  await auth.logout.$post({}, asStranger).catch((error) => {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  });
  remember("panel_shell", "0");
  location.assign("/login");
}

export async function enterBusiness(businessId: string): Promise<void> {
  pageOf.value = null; // what the page still asks for on its way out is no other tab's doing
  await auth.impersonation.$post({ json: { businessId } });
  location.assign("/");
}

export async function leaveBusiness(): Promise<void> {
  pageOf.value = null;
  await auth.impersonation.$delete();
  location.assign("/admin/businesses");
}

/** Whose link it is. @throws ApiError "not_found" when it is used or over. */
export async function lookAtLink(token: string) {
  await auth.csrf.$get({}, asStranger);
  return (await auth.link.look.$post({ json: { token } }, asStranger)).json();
}

/** Chooses a password by link and is logged in. @throws ApiError */
export async function acceptLink(choice: {
  token: string;
  password: string;
  email?: string;
  name?: string;
}): Promise<void> {
  await enterTheOnlyBusiness(await (await auth.link.accept.$post({ json: choice }, asStranger)).json());
  await tellAgain();
  location.assign("/");
}
