import type { Translation } from "../language.ts";
import type { he } from "./today.he.ts";

export const en: Translation<typeof he> = {
  title: "Today",
  hello: (name) => `Hello, ${name}`,
  figures: {
    label: "Today in figures",
    calls: "Calls",
    answered: "Answered",
    leads: "New customers",
    meetings: "Meetings",
  },
  needs: "Needs you",
  nothing: {
    title: "Nothing waits for you",
    text: "Requests for a person, messages from customers, tasks that are due and trouble show up here.",
  },
  meetings: "Today's meetings",
  noMeetings: "No meetings today",
  allMeetings: "Open calendar",
  listen: "Follow live",
  blocked: "Blocked time",
  start: {
    title: "The first ten minutes",
    progress: (done, all) => `${done} of ${all}`,
    done: "done",
    open: "not yet",
    steps: {
      talk: { name: "Talk to the assistant in the browser", why: "Hear how she sounds, before there is any number." },
      business: { name: "Name and city of the business", why: "The city gives the clock, Shabbat times and holidays." },
      hours: { name: "Opening hours", why: "Without hours there is no time to offer." },
      knowledge: {
        name: "Five things worth knowing",
        why: "Address, prices, parking, what we never promise, whom to hand over to.",
      },
      number: { name: "Phone number", why: "Without a number she cannot answer calls from outside." },
      whatsapp: { name: "WhatsApp", why: "Without a link she cannot answer messages." },
      device: {
        name: "Notifications on your phone",
        why: "A request for a person also arrives with the panel closed. There is a test button.",
      },
      team: { name: "Invite your team", why: "Everybody comes in by a link and sees who handled what." },
      publish: {
        name: "Publish instructions for the assistant",
        why: "Without them she answers from the facts alone. Rehearse them first.",
      },
      meeting: { name: "A trial meeting in the calendar", why: "Book one in a call or by hand, and see it there." },
    },
  },
};
