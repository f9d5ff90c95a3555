import type { Phone } from "./phone.ts";

// Israel's premium and shared-cost services: 1-900, 1-901, 1-902, 1-903, 1-907, 1-919, 1-956 and 1-957.
const neverDial = /^\+9721(?:90\d|919|95\d)/;

/** True for numbers a call may be handed to: in Israel, and not at the caller's or the business's expense. */
export const isDialable = (phone: Phone): boolean => phone.startsWith("+972") && !neverDial.test(phone);
