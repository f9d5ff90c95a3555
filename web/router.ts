import { computed, signal } from "@preact/signals";

const place = signal({ path: location.pathname, query: location.search });

/** Where the person is. */
export const path = computed(() => place.value.path);
/** What is filtered, chosen or open there: it lives in the address, so that going back and sharing work. */
export const query = computed(() => new URLSearchParams(place.value.query));

/** Goes to an address inside the panel. `replace` leaves no step behind (filters). */
export function go(address: string, { replace = false }: { replace?: boolean } = {}): void {
  const url = new URL(address, location.href);
  if (url.href === location.href) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  arrive();
}

/** Changes parts of the query in place; an empty value takes its name away. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") next.delete(name);
    else next.set(name, value);
  }
  go(`${location.pathname}${next.size > 0 ? `?${next}` : ""}`, { replace: true });
}

function arrive(): void {
  place.value = { path: location.pathname, query: location.search };
}

/** Clicks on our own links become steps of the router; once, for the whole document. */
export function watchLinks(): void {
  addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const anchor = (event.target as Element).closest("a");
    if (!anchor || anchor.target || anchor.hasAttribute("download") || anchor.origin !== location.origin) return;
    if (anchor.pathname.startsWith("/api/") || anchor.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    go(anchor.href);
  });
}
