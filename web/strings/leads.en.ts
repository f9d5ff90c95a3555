import type { Translation } from "../language.ts";
import type { he } from "./leads.he.ts";

export const en: Translation<typeof he> = {
  title: "Customers",
  total: (count) => (count === "1" ? "1 customer" : `${count} customers`),
  add: "New customer",
  views: { label: "View", list: "List", board: "Board" },
  all: "All",
  filter: "Filter by name or number",
  statusFilter: "Filter by status",
  columns: { customer: "Customer", status: "Status", source: "Came by", owner: "Owner", active: "Last contact" },
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
  loadingRest: (shown) => `${shown} loaded, the rest is coming`,
  search: {
    found: "Customers found",
    count: (count) => (count === 1 ? "1 customer found" : `${count} customers found`),
  },
  form: {
    name: "Name",
    phone: "Phone",
    note: "Note",
    added: (name) => `${name} was added`,
    known: (name) => `${name} was on the list already`,
  },
  file: {
    menu: "Files",
    title: "Customers from a file",
    all: "All customers to a file",
    intro:
      "A CSV file of any spreadsheet: a line for each customer, and in the first line the columns: name, phone, status, note.",
    choose: "The file",
    chooseFirst: "Choose a file that can be read first",
    add: "Add",
    unreadable: "This file cannot be read as a table.",
    would: (added, known) =>
      `${added === 1 ? "1 new customer" : `${added} new customers`}, ${known} on the list already.`,
    done: (added, known) => `${added === 1 ? "1 customer" : `${added} customers`} added, ${known} on the list already`,
    duplicates: (count) =>
      count === 1
        ? "1 line repeats an earlier number and is left out."
        : `${count} lines repeat an earlier number and are left out.`,
    problems: (count) => (count === 1 ? "1 line is left out" : `${count} lines are left out`),
    problem: (line, what) => `Line ${line}: ${what}`,
    codes: {
      no_name_or_phone: "neither a name nor a number",
      phone: "not a phone number",
      name_too_long: "the name is too long",
      note_too_long: "the note is too long",
      unknown_status: "no such status",
    },
  },
  many: {
    begin: "Choose several customers",
    choose: (name) => `Choose ${name}`,
    all: "Choose all",
    bar: "For the chosen ones",
    count: (count) => (count === 1 ? "1 customer chosen" : `${count} customers chosen`),
    status: "Status",
    owner: "Owner",
    nobody: "Nobody",
    source: "Came by",
    exported: "Export",
    changed: (count, to) => (count === 1 ? `1 customer: ${to}` : `${count} customers: ${to}`),
    missing: (names) => `Not changed, no longer on the list: ${names}`,
    tooMany: (max) => `Up to ${max} customers can be chosen at once.`,
  },
  noneInColumn: "Nobody here",
  more: (count) => `and ${count} more`,
};
