import { page, type Route } from "./route-table.ts";

/** Every page of the panel. The first one that fits an address has it. */
export const routes: readonly Route[] = [
  page("/", () => import("./pages/today.tsx")),
  page("/calls", () => import("./pages/calls.tsx")),
  page("/calls/:id", () => import("./pages/call.tsx")),
  page("/calendar", () => import("./pages/calendar.tsx")),
  page("/assistant", () => import("./pages/assistant.tsx")),
  page("/rehearsal", () => import("./pages/rehearsal.tsx")),
  page("/channels", () => import("./pages/channels.tsx")),
  page("/settings", () => import("./pages/settings.tsx"), { access: "owner" }),
  page("/reports", () => import("./pages/reports.tsx")),
  page("/admin/businesses", () => import("./pages/admin/businesses.tsx"), {
    access: "admin",
    nav: "/admin/businesses",
  }),
  page("/admin/health", () => import("./pages/admin/health.tsx"), { access: "admin", nav: "/admin/health" }),
  page("/admin/usage", () => import("./pages/admin/usage.tsx"), { access: "admin", nav: "/admin/usage" }),
  page("/admin/audit", () => import("./pages/admin/audit.tsx"), { access: "admin", nav: "/admin/audit" }),
  page("/test-call", () => import("./pages/test-call.tsx")),
  page("/inbox", () => import("./pages/inbox.tsx")),
  page("/leads", () => import("./pages/leads.tsx")),
  page("/customers/:id", () => import("./pages/customer.tsx"), { nav: "/leads" }),
  page("/tasks", () => import("./pages/tasks.tsx")),
  page("/notifications", () => import("./pages/notifications.tsx")),
  page("/more", () => import("./pages/more.tsx")),
  page("/login", () => import("./pages/login.tsx"), { access: "public" }),
  page("/welcome", () => import("./pages/welcome.tsx"), { access: "public" }),
];
