import type { Translation } from "../language.ts";
import type { he } from "./leads.he.ts";

export const en: Translation<typeof he> = {
  title: "Customers",
  total: (count) => `${count} customers`,
  add: "New customer",
  views: { label: "View", list: "List", board: "Board" },
  all: "All",
  filter: "Filter by name or number",
  statusFilter: "Filter by status",
  columns: { customer: "Customer", status: "Status", source: "Came by", active: "Last contact" },
  source: {
    call: "Call",
    whatsapp: "WhatsApp",
    staff: "Written down",
    import: "File",
    website: "Website",
    referral: "Referral",
    campaign: "Campaign",
    other: "Other",
  },
  changeStatus: (name) => `Change the status of ${name}`,
  moveTo: (name) => `Move ${name} to`,
  moved: (name, status) => `${name}: ${status}`,
  empty: {
    title: "No customers yet",
    text: "Whoever calls or writes shows up here by themselves, with all that was said. You can also write one down.",
  },
  nothing: {
    title: "Nobody fits",
    text: "Search any part of a name or number, or clear the filter.",
    clear: "Clear filter",
  },
  loadingRest: (count) => `${count} loaded, the rest is coming`,
  form: {
    name: "Name",
    phone: "Phone",
    note: "Note",
    added: (name) => `${name} was added`,
    known: (name) => `${name} was on the list already`,
  },
  noneInColumn: "Nobody here",
  more: (count) => `and ${count} more`,
};
