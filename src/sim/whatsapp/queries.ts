import type { Account } from "./account.ts";
import type { LinkedDevice } from "./linked-device.ts";
import { bytesIn, childOf, childrenOf, phoneServer, type Stanza, stanza } from "./nodes.ts";
import { bundleStanzas, type KeyBundle, numberIn, readBundle } from "./signal-device.ts";

/** What a query of a linked device is answered from. */
export interface QueryDesk {
  account: Account;
  device: LinkedDevice;
  /** Whoever is reached by this address, or null when nobody is. */
  look(address: string): Subscriber | null;
  mediaHost: string;
}

export interface Subscriber {
  jid: string;
  lid: string;
  devices: readonly number[];
  bundle(device: number): KeyBundle | null;
}

type Answer = Stanza[] | { error: number };

const answers: Record<string, (desk: QueryDesk, query: Stanza) => Answer> = {
  "encrypt count": ({ device }) => [stanza("count", { value: device.preKeyCount })],
  "encrypt digest": () => [stanza("digest", {}, [])],
  "encrypt registration": (desk, query) => uploadKeys(desk, query),
  "encrypt key": (desk, query) => (childrenOf(childOf(query, "key"), "user").length === 0 ? [] : [keysOf(desk, query)]),
  "usync usync": (desk, query) => [lookUp(desk, childOf(query, "usync"))],
  "w:m media_conn": ({ mediaHost }) => [
    stanza("media_conn", { auth: "auth", ttl: 3_600, auth_ttl: 3_600, max_buckets: 12 }, [
      stanza("host", { hostname: mediaHost }, []),
    ]),
  ],
  "privacy privacy": () => [stanza("privacy", {}, [stanza("category", { name: "readreceipts", value: "all" }, [])])],
  "w props": () => [stanza("props", { hash: "none" }, [])],
  "md remove-companion-device": ({ account, device }) => {
    account.unlink(device, "device");
    return [];
  },
};

/** The answer to a query; what the server does not know is answered with an empty result. */
export function answerQuery(desk: QueryDesk, query: Stanza): Stanza {
  const [first] = childrenOf(query);
  const answer = answers[`${query.attrs.xmlns} ${first?.tag}`]?.(desk, query) ?? [];
  const attributes = { id: query.attrs.id, from: phoneServer };
  if (Array.isArray(answer)) return stanza("iq", { ...attributes, type: "result" }, answer);
  return stanza("iq", { ...attributes, type: "error" }, [stanza("error", { code: answer.error, text: "error" })]);
}

function uploadKeys({ device }: QueryDesk, query: Stanza): Answer {
  const once = childrenOf(childOf(query, "list"), "key").map((key) => ({
    id: numberIn(key),
    key: bytesIn(key, "value"),
  }));
  device.upload(readBundle(query, bytesIn(query, "registration")), once);
  return [];
}

function keysOf({ look }: QueryDesk, query: Stanza): Stanza {
  const users = childrenOf(childOf(query, "key"), "user").flatMap(({ attrs }) => {
    const device = Number(/:(\d+)@/.exec(attrs.jid ?? "")?.[1] ?? 0);
    const bundle = look(attrs.jid ?? "")?.bundle(device) ?? null;
    return bundle === null ? [] : [stanza("user", { jid: attrs.jid }, bundleStanzas(bundle))];
  });
  return stanza("list", {}, users);
}

/** Who is on WhatsApp, with which devices, under which hidden id. */
function lookUp({ look }: QueryDesk, usync: Stanza | undefined): Stanza {
  const users = childrenOf(childOf(usync, "list"), "user").map((user) => {
    const asked = childOf(user, "contact");
    const number = typeof asked?.content === "string" ? asked.content : bytesIn(user, "contact").toString();
    const address = user.attrs.jid ?? `${number.replace("+", "")}@${phoneServer}`;
    const found = look(address);
    const isHidden = address.endsWith("@lid");
    const answers = childrenOf(childOf(usync, "query"))
      .filter(({ tag }) => !(tag === "lid" && isHidden))
      .flatMap(({ tag }) => protocolAnswer(tag, found));
    return stanza("user", { jid: found === null || user.attrs.jid ? address : found.jid }, answers);
  });
  return stanza("usync", { ...usync?.attrs }, [stanza("list", {}, users)]);
}

function protocolAnswer(protocol: string, found: Subscriber | null): Stanza[] {
  switch (protocol) {
    case "contact":
      return [stanza("contact", { type: found === null ? "out" : "in" })];
    case "lid":
      return found === null ? [] : [stanza("lid", { val: found.lid })];
    case "devices": {
      const devices = (found?.devices ?? []).map((id) =>
        stanza("device", { id, "key-index": id > 0 ? id : undefined }),
      );
      return [stanza("devices", {}, [stanza("device-list", {}, devices)])];
    }
    default:
      return [];
  }
}
