import {
  activity,
  audioLines,
  building,
  calendar,
  chartColumn,
  clapperboard,
  heartPulse,
  layoutDashboard,
  listChecks,
  messageCircle,
  mic,
  phone,
  settings,
  shieldCheck,
  smartphone,
  users,
} from "../icons.ts";
import { findRoute, mayOpen } from "../route-table.ts";
import type { Me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";

export interface NavItem {
  to: string;
  icon: string;
  name: string;
}

export interface NavGroup {
  label: string | null;
  items: readonly NavItem[];
}

/** What this person finds in the navigation: pages that exist, in the order of the working day. */
export function navigation(who: Me): readonly NavGroup[] {
  const { nav } = shellWords();
  const open = ({ to }: NavItem): boolean => {
    const route = findRoute(to)?.route;
    return route !== undefined && mayOpen(route.access, who.role);
  };
  const groups: NavGroup[] = [
    {
      label: null,
      items: [
        { to: "/", icon: layoutDashboard, name: nav.today },
        { to: "/inbox", icon: messageCircle, name: nav.inbox },
        { to: "/calls", icon: phone, name: nav.calls },
        { to: "/calendar", icon: calendar, name: nav.calendar },
        { to: "/leads", icon: users, name: nav.leads },
        { to: "/tasks", icon: listChecks, name: nav.tasks },
      ],
    },
    {
      label: nav.manage,
      items: [
        { to: "/assistant", icon: audioLines, name: nav.assistant },
        { to: "/rehearsal", icon: clapperboard, name: nav.rehearsal },
        { to: "/test-call", icon: mic, name: nav.testCall },
        { to: "/channels", icon: smartphone, name: nav.channels },
        { to: "/reports", icon: chartColumn, name: nav.reports },
        { to: "/settings", icon: settings, name: nav.settings },
      ],
    },
  ];
  const system: NavGroup = {
    label: nav.system,
    items: [
      { to: "/admin/businesses", icon: building, name: nav.businesses },
      { to: "/admin/health", icon: heartPulse, name: nav.health },
      { to: "/admin/usage", icon: activity, name: nav.usage },
      { to: "/admin/audit", icon: shieldCheck, name: nav.audit },
    ],
  };
  const visible = who.business === null ? [system] : [...groups, system];
  return visible
    .map((group) => ({ ...group, items: group.items.filter(open) }))
    .filter(({ items }) => items.length > 0);
}

/** The bar of a phone: four places and the rest. Outside of every business they are the installation's. */
export const bottomPlaces = (who: Me): readonly string[] =>
  who.business === null
    ? ["/admin/businesses", "/admin/health", "/admin/usage", "/admin/audit"]
    : ["/", "/inbox", "/calendar", "/leads"];
