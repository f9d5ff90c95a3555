import type { ComponentType } from "preact";
import { match, type Params } from "./address.ts";
import type { Role } from "./session.ts";

/** Who may open a page: the API refuses as well, this only spares the way there. */
export type Access = "public" | "staff" | "owner" | "admin";

export interface Route {
  pattern: string;
  access: Access;
  /** Item of the navigation that is lit while the page is open. */
  nav: string;
  load: () => Promise<ComponentType<{ params: never }>>;
}

/** A page by its address. Its module exports one component as default, which gets the address's parameters. */
export function page<P extends string>(
  pattern: P,
  load: () => Promise<{ default: ComponentType<{ params: Params<P> }> }>,
  { access = "staff", nav = `/${pattern.split("/")[1]}` }: { access?: Access; nav?: string } = {},
): Route {
  return { pattern, access, nav, load: async () => (await load()).default as ComponentType<{ params: never }> };
}

let known: readonly Route[] = [];

/** The table of `routes.ts`, handed in by `main.tsx`: pages read it through here, and the table names the pages. */
export function registerRoutes(routes: readonly Route[]): void {
  known = routes;
}

export function findRoute(address: string): { route: Route; params: Record<string, string> } | null {
  for (const route of known) {
    const params = match(route.pattern, address);
    if (params !== null) return { route, params };
  }
  return null;
}

const least: Record<Access, readonly Role[]> = {
  public: ["agent", "owner", "system_admin"],
  staff: ["agent", "owner", "system_admin"],
  owner: ["owner", "system_admin"],
  admin: ["system_admin"],
};

export const mayOpen = (access: Access, role: Role): boolean => least[access].includes(role);
