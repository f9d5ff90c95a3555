import { listNotifications } from "../notify/list.ts";
import { showChat, showMessage, showSession } from "../whatsapp/api-shapes.ts";
import { listChats, listMessages } from "../whatsapp/list-chats.ts";
import { viewSession, wishConnected, wishOff } from "../whatsapp/session-wishes.ts";
import { given, readBusiness, readIdWord, readWhole } from "./read.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** A business's link to WhatsApp and its chats. The running product does what is wished here. */
export const run = verbs("whatsapp", { connect, disconnect, status, alerts, chats, messages });

function connect(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), async (ctx) => {
    await wishConnected(ctx);
    return showSession(await viewSession(ctx));
  });
}

function disconnect(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), async (ctx) => {
    await wishOff(ctx);
    return { wanted: false };
  });
}

/** State, and the QR to scan while it waits to be linked. */
function status(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), async (ctx) => showSession(await viewSession(ctx)));
}

/** Outages and failures that were told, newest first. */
function alerts(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), async (ctx) => {
    const { items } = await listNotifications(ctx, { limit: 200 });
    return items.filter(({ kind }) => kind.startsWith("whatsapp_"));
  });
}

function chats(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business", "search", "limit", "before"]);
  const query = {
    limit: readWhole("limit", options.limit) ?? 50,
    ...given({ q: options.search, cursor: options.before }),
  };
  return visitBusiness(readBusiness(options.business), async (ctx) => {
    const { items, next } = await listChats(ctx, query);
    return { chats: items.map(showChat), next };
  });
}

function messages(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business", "limit", "before"], 1);
  const chatId = readIdWord("conversation", words);
  const query = { limit: readWhole("limit", options.limit) ?? 50, ...given({ cursor: options.before }) };
  return visitBusiness(readBusiness(options.business), async (ctx) => {
    const { items, next } = await listMessages(ctx, chatId, query);
    return { messages: items.map(showMessage), next };
  });
}
