import { feedAddress, renewFeed } from "../calendar/feed-address.ts";
import { installationSecret } from "../secrets.ts";
import { readBusiness } from "./read.ts";
import { readInstallation, readOptions, verbs, visitBusiness } from "./visit.ts";

/** `calendar feed`: where calendars subscribe to a business's meetings. */
export const run = verbs("calendar", { feed });

function feed(args: string[]): Promise<unknown> {
  const { options, flags } = readOptions(args, ["business"], 0, ["renew"]);
  const businessId = readBusiness(options.business);
  const { http, storageDir, sessionSecret } = readInstallation();
  const publicBaseUrl = http.publicBaseUrl ?? `http://127.0.0.1:${http.port}`;
  return visitBusiness(businessId, async (ctx) => {
    if (flags.has("renew")) await renewFeed(ctx);
    return { url: await feedAddress(ctx, installationSecret(storageDir, "session", sessionSecret), publicBaseUrl) };
  });
}
