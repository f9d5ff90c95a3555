import type { RunningProduct } from "../../../scripts/product.ts";
import type { Step } from "../../sim/person.ts";
import type { Dialled } from "../../sim/world.ts";
import { type Installation, install } from "./installation.ts";
import { until } from "./until.ts";

/** A running installation with one business that greets its callers. */
export interface OpenShop {
  home: Installation;
  product: RunningProduct;
  businessId: string;
  dial(steps: readonly Step[], patienceMs?: number): Dialled;
}

export const shopGreeting = "שלום, הגעתם למספרת דנה. השיחה מוקלטת.";

// In turn: two that start at once on new databases wait for the disk longer than a statement may.
let opened: Promise<unknown> = Promise.resolve();

/** Opens a shop of its own, after those that were asked for before. */
export function openShop(): Promise<OpenShop> {
  const shop = opened.then(open);
  opened = shop.catch(() => {});
  return shop;
}

async function open(): Promise<OpenShop> {
  const phone = "+97235550100";
  const home = await install();
  const product = await home.start();
  const businessId = await home.addBusiness({ name: "מספרת דנה", phone, greeting: shopGreeting });
  const dial: OpenShop["dial"] = (steps, patienceMs = 60_000) =>
    home.world.dial({ name: "e2e", title: "", to: phone, steps, patienceMs });
  return { home, product, businessId, dial };
}

/** Resolves when the caller has heard something, and then nothing for 300 ms: the greeting is over. */
export const greeted = ({ call }: Dialled) =>
  until("the greeting heard", () => call.ear.lastAudible > 0 && call.line - call.ear.lastAudible > 8 * 300);
