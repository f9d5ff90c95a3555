import { api } from "../api.ts";
import { resource } from "../resource.ts";
import { setNavCount } from "./counts.ts";

/** Ids of chats with messages that nobody has looked at: counted in the navigation, whatever page is open. */
export const unreadChats = resource<readonly string[]>(
  async (signal) => {
    const query = { unread: "true", limit: "100" };
    const page = await (await api.whatsapp.conversations.$get({ query }, { init: { signal } })).json();
    return page.items.map(({ id }) => id);
  },
  ["conversation"],
);
unreadChats.data.subscribe((ids) => setNavCount("/inbox", ids?.length ?? 0));
