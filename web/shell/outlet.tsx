import { computed, effect, signal } from "@preact/signals";
import { Component, type ComponentChildren, type ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { online } from "../api.ts";
import { building, circleAlert, lock, search, wifiOff } from "../icons.ts";
import { wordsReady } from "../language.ts";
import { Button, LinkButton } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Page } from "../parts/page.tsx";
import { type Access, findRoute, mayOpen, type Route } from "../route-table.ts";
import { go, path } from "../router.ts";
import { me, type Role } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { currentNav } from "./current-page.ts";

interface Shown {
  /** What makes a page another page: its component is mounted anew. */
  key: string;
  Component: ComponentType<{ params: never }>;
  params: Record<string, string>;
  access?: Access;
}

const shown = signal<Shown | null>(null);

/** A page was asked for, and the one before still stands. */
export const going = signal(false);

/** True on the pages of strangers (login, links), also when somebody is logged in. */
export const outsideShell = computed(() => shown.value?.access === "public");

/** Counts wishes to load the page of the address once more. */
const attempts = signal(0);
const again = (): void => {
  attempts.value = attempts.peek() + 1;
};

/** Follows the address: loads the page's code, waits for its words, then swaps. The old page stays until then. */
export function followAddress(): void {
  let latest = 0;
  effect(() => {
    const address = path.value;
    const role = me.value?.role;
    void attempts.value;
    latest += 1;
    const mine = latest;
    going.value = shown.peek() !== null;
    void load(address, role).then((next) => {
      if (mine !== latest) return;
      going.value = false;
      swap(next, findRoute(address)?.route.nav ?? "");
    });
  });
}

async function load(address: string, role: Role | undefined): Promise<Shown> {
  const found = findRoute(address);
  if (found === null) return { key: "not found", Component: NotFound, params: {} };
  const { route, params } = found;
  const key = `${route.pattern} ${Object.values(params).join(" ")}`;
  if (me.value?.business === null && insideBusiness(route)) {
    if (address === "/") go("/admin/businesses", { replace: true });
    return { key, Component: NoBusiness, params };
  }
  if (role !== undefined && !mayOpen(route.access, role)) return { key, Component: NoAccess, params };
  try {
    const Loaded = await route.load();
    await wordsReady();
    return { key, Component: Loaded, params, access: route.access };
  } catch (error) {
    reportError(error);
    return { key, Component: NotLoaded, params };
  }
}

function swap(next: Shown, nav: string): void {
  const update = () => {
    currentNav.value = nav;
    shown.value = next;
    document.querySelector("main")?.scrollTo(0, 0);
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (shown.value === null || still || !document.startViewTransition || shown.value.key === next.key) return update();
  document.startViewTransition(() => {
    update();
    return new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));
  });
}

/** The page that belongs to the address. */
export function Outlet() {
  const current = shown.value;
  if (current === null) return null;
  const { Component: Current, params, key } = current;
  return (
    <Boundary key={key}>
      <Current params={params as never} />
    </Boundary>
  );
}

/** A page that breaks takes nothing else with it. */
class Boundary extends Component<{ children: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false };
  static override getDerivedStateFromError = () => ({ broken: true });
  override componentDidCatch(error: unknown): void {
    reportError(error);
  }
  override render() {
    return this.state.broken ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { crashed } = shellWords();
  return (
    <Page title={crashed.title}>
      <Empty icon={circleAlert} title={crashed.title} text={crashed.text}>
        <Button look="primary" onClick={() => location.reload()}>
          {crashed.reload}
        </Button>
      </Empty>
    </Page>
  );
}

/** The page's code did not come. It is asked for again by itself when it was for want of a network. */
function NotLoaded() {
  const t = shellWords();
  useEffect(() => {
    if (online.peek()) return;
    return effect(() => {
      if (online.value) again();
    });
  }, []);
  return (
    <Page title={t.notLoaded.title}>
      <Empty icon={wifiOff} title={t.notLoaded.title} text={t.notLoaded.text}>
        <Button look="primary" onClick={again}>
          {t.retry}
        </Button>
        <Button onClick={() => location.reload()}>{t.crashed.reload}</Button>
      </Empty>
    </Page>
  );
}

function NotFound() {
  const { notFound } = shellWords();
  return (
    <Page title={notFound.title}>
      <Empty icon={search} title={notFound.title} text={notFound.text}>
        <LinkButton look="primary" to="/">
          {notFound.home}
        </LinkButton>
      </Empty>
    </Page>
  );
}

/** Pages of one business; whoever runs the installation enters one first. */
const insideBusiness = ({ access, pattern }: Route): boolean =>
  (access === "staff" || access === "owner") && pattern !== "/more";

function NoBusiness() {
  const { noBusiness } = shellWords();
  return (
    <Page title={noBusiness.title}>
      <Empty icon={building} title={noBusiness.title} text={noBusiness.text}>
        <LinkButton look="primary" to="/admin/businesses">
          {noBusiness.choose}
        </LinkButton>
      </Empty>
    </Page>
  );
}

function NoAccess() {
  const t = shellWords();
  return (
    <Page title={t.errors.forbidden}>
      <Empty icon={lock} title={t.errors.forbidden} text={t.noAccess} />
    </Page>
  );
}
