import { randomBytes } from "node:crypto";
import type { proto } from "@whiskeysockets/baileys";
import { type Clock, systemClock } from "../../base/clock.ts";
import { silenceConsole } from "../../base/silence-console.ts";
import { Account } from "./account.ts";
import { Link, type LinkSocketData } from "./link.ts";
import type { LinkedDevice } from "./linked-device.ts";
import { MediaHost } from "./media-host.ts";
import { bytesIn, childOf, childrenOf, jid, phoneServer, readJid, type Stanza, stanza } from "./nodes.ts";
import { acceptCandidate, type Candidate, CodeEntry, candidateOf, offerRefs, readQr } from "./pairing.ts";
import { Person } from "./person.ts";
import { Post } from "./post.ts";
import { answerQuery, type Subscriber } from "./queries.ts";

/** Who is on the other end of a socket that is logged in. */
interface Login {
  account: Account;
  device: LinkedDevice;
}

/**
 * WhatsApp's servers, on a loopback port: accounts of businesses, customers with phones, and the wire between them
 * (Noise, binary stanzas, Signal sessions), written from the protocol and never from our parsers. Everything that tests
 * steer is on this object; the wire has no extra routes.
 */
export class FakeWhatsApp {
  readonly media = new MediaHost();
  readonly accounts = new Map<string, Account>();
  readonly people: Person[] = [];
  /** Upgrades answer this HTTP status; null = they are served. */
  refuseUpgrade: number | null = null;
  /** Logins of clients older than this revision are refused with 405. */
  oldestClient = 0;
  /** When sockets were asked for, served or not: ms of `performance.now`. */
  readonly opened: number[] = [];
  readonly #clock: Clock;
  readonly #post: Post;
  readonly #candidates = new Map<Link, Candidate>();
  readonly #logins = new Map<Link, Login>();
  readonly #codes = new Map<Link, CodeEntry>();
  readonly #links = new Set<Link>();
  readonly #server;
  #lastId = 0;

  constructor(clock: Clock = systemClock) {
    silenceConsole(); // the library prints private keys, also those of simulated phones
    this.#clock = clock;
    this.#post = new Post({ clock, now: this.#now, personAt: (address) => this.#personAt(address) });
    const events = {
      onClient: (link: Link, client: { noiseKey: Uint8Array; payload: proto.ClientPayload }) =>
        this.#welcome(link, client),
      onStanza: (link: Link, node: Stanza) => this.#onStanza(link, node),
      onClosed: (link: Link) => this.#forget(link),
    };
    this.#server = Bun.serve<LinkSocketData, never>({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, server) => {
        if (!new URL(request.url).pathname.startsWith("/ws/chat")) return this.media.answer(request);
        this.opened.push(performance.now());
        if (this.refuseUpgrade !== null) return new Response(null, { status: this.refuseUpgrade });
        if (server.upgrade(request, { data: { link: null as unknown as Link } })) return undefined;
        return new Response(null, { status: 426 });
      },
      websocket: {
        maxPayloadLength: 64 * 1024 * 1024,
        open: (socket) => {
          socket.data.link = new Link(socket, events);
          this.#links.add(socket.data.link);
        },
        message: (socket, data) => socket.data.link.receive(Buffer.from(data as Buffer)),
        close: (socket) => socket.data.link.closed(),
      },
    });
    this.media.origin = `http://127.0.0.1:${this.#server.port}`;
  }

  /** What WHATSAPP_WEB_SOCKET_URL is set to. */
  get url(): string {
    return `ws://127.0.0.1:${this.#server.port}/ws/chat`;
  }

  /** A business's account, made on first mention. `number` in digits, without "+". */
  account(number: string, name = "העסק"): Account {
    const known = this.accounts.get(number);
    if (known) return known;
    const account = new Account({ number, lid: lidOf(number), name }, () => this.#newId());
    this.accounts.set(number, account);
    return account;
  }

  person(number: string, name = "לקוחה"): Person {
    const known = this.people.find((person) => person.number === number);
    if (known) return known;
    const person = new Person({ number, lid: lidOf(number), name }, this.#now, () => this.#newId());
    this.people.push(person);
    return person;
  }

  /** The account's handset scans a QR code. @throws when no client shows it now. */
  scan(account: Account, qr: string): void {
    const { ref, advSecret } = readQr(qr);
    const candidate = [...this.#candidates.values()].find(({ refs }) => refs.includes(ref));
    if (candidate === undefined) throw new Error("nobody shows this QR code");
    acceptCandidate(candidate, account, advSecret, this.#now().seconds);
  }

  /** The account's handset types a pairing code. @throws when no client has asked to be linked to this account. */
  typeCode(account: Account, code: string): void {
    const candidate = [...this.#candidates.values()].find((one) => one.code?.number === account.number);
    if (candidate === undefined) throw new Error("nobody waits for a code of this account");
    this.#codes.set(candidate.link, new CodeEntry(candidate, account, code));
  }

  /** How many sockets were asked for, served or not. */
  get connections(): number {
    return this.opened.length;
  }

  /** Clients that show a QR code now. */
  get waitingToBeLinked(): number {
    return this.#candidates.size;
  }

  /** Ends the connections of clients that nobody has linked. */
  endCandidates(code: number): void {
    for (const link of [...this.#candidates.keys()]) link.endWithError(code);
  }

  /** Cuts every socket. */
  resetLinks(): void {
    for (const link of [...this.#links]) link.reset();
  }

  /** Sends a stanza as it is to an account's devices. */
  push(account: Account, node: Stanza): void {
    for (const { link } of account.devices.values()) link?.send(node);
  }

  async stop(): Promise<void> {
    this.resetLinks();
    await this.#server.stop(true);
  }

  readonly #now = () => {
    const ms = this.#clock.instant().epochMilliseconds;
    return { ms, seconds: Math.floor(ms / 1_000) };
  };

  #newId(): string {
    return `3A${(++this.#lastId).toString(16).padStart(6, "0")}${randomBytes(6).toString("hex")}`.toUpperCase();
  }

  #welcome(link: Link, { noiseKey, payload }: { noiseKey: Uint8Array; payload: proto.ClientPayload }): void {
    if ((payload.userAgent?.appVersion?.tertiary ?? 0) < this.oldestClient)
      return link.endWith(stanza("failure", { reason: 405, location: "lla" }));
    if (payload.devicePairingData) {
      const candidate = candidateOf(link, noiseKey, payload.devicePairingData);
      this.#candidates.set(link, candidate);
      offerRefs(candidate, this.#newId());
      return;
    }
    const account = this.accounts.get(String(payload.username));
    const device = account?.devices.get(payload.device ?? 0);
    if (account?.faults.failLogin) {
      const { reason, attributes } = account.faults.failLogin;
      return link.endWith(stanza("failure", { reason, ...attributes }));
    }
    if (account === undefined || device === undefined || !Buffer.from(device.noiseKey).equals(Buffer.from(noiseKey)))
      return link.endWith(stanza("failure", { reason: 401, location: "lla" }));
    device.link?.endWithError(440, stanza("conflict", { type: "replaced" }));
    device.link = link;
    device.active = false;
    this.#logins.set(link, { account, device });
    link.send(stanza("success", { t: this.#now().seconds, lid: jid(account.lid, "lid", device.id), creation: 1 }));
  }

  #forget(link: Link): void {
    this.#links.delete(link);
    this.#candidates.delete(link);
    this.#codes.delete(link);
    const login = this.#logins.get(link);
    this.#logins.delete(link);
    if (login?.device.link !== link) return;
    login.device.link = null;
    login.device.active = false;
  }

  async #onStanza(link: Link, node: Stanza): Promise<void> {
    const login = this.#logins.get(link);
    if (login === undefined) return this.#onCandidate(link, node);
    const sender = { link, ...login };
    switch (node.tag) {
      case "iq":
        return this.#onQuery(link, login, node);
      case "message":
        return this.#post.message(sender, node);
      case "receipt":
        return this.#post.receipt(sender, node);
      case "ack":
        if (node.attrs.class === "message") login.device.confirm(node.attrs.id ?? "", node.attrs.error !== undefined);
        return;
      case "chatstate":
        login.account.signs.push(`${childrenOf(node)[0]?.tag} ${node.attrs.to}`);
        return;
      case "presence":
        login.account.signs.push(String(node.attrs.type ?? "presence"));
        return;
      default: // "ib" and other reports that need no answer
    }
  }

  #onQuery(link: Link, { account, device }: Login, node: Stanza): void {
    const { type, xmlns = "" } = node.attrs;
    if ((type !== "get" && type !== "set" && xmlns === "") || account.faults.silentQueries.has(xmlns)) return;
    const desk = {
      account,
      device,
      look: (address: string) => this.#look(address),
      mediaHost: new URL(this.media.origin).host,
    };
    link.send(answerQuery(desk, node));
    if (xmlns === "passive" && childOf(node, "active")) {
      const count = device.catchUp();
      link.send(stanza("ib", { from: phoneServer }, [stanza("offline", { count })]));
    }
  }

  /** A client that is being linked. */
  #onCandidate(link: Link, node: Stanza): void {
    const candidate = this.#candidates.get(link);
    if (candidate === undefined || node.tag !== "iq") return;
    const registration = childOf(node, "link_code_companion_reg");
    if (childOf(node, "pair-device-sign") && candidate.accepted) {
      const { account, device } = candidate.accepted;
      account.devices.set(device.id, device);
      return link.endWithError(515);
    }
    if (registration?.attrs.stage === "companion_hello")
      candidate.code = {
        number: readJid(registration.attrs.jid ?? "").user,
        wrappedKey: bytesIn(registration, "link_code_pairing_wrapped_companion_ephemeral_pub"),
      };
    if (node.attrs.type === "get" || node.attrs.type === "set")
      link.send(stanza("iq", { id: node.attrs.id, from: phoneServer, type: "result" }, []));
    if (registration?.attrs.stage === "companion_finish")
      this.#codes.get(link)?.finish(registration, this.#now().seconds);
  }

  #personAt(address: string): Person | null {
    const { user, server } = readJid(address);
    return this.people.find((person) => user === (server === "lid" ? person.lid : person.number)) ?? null;
  }

  #look(address: string): Subscriber | null {
    const person = this.#personAt(address);
    if (person)
      return {
        jid: jid(person.number, phoneServer),
        lid: jid(person.lid, "lid"),
        devices: [0],
        bundle: () => person.device.bundle(),
      };
    const { user } = readJid(address);
    const account = [...this.accounts.values()].find(({ number, lid }) => user === number || user === lid);
    if (account === undefined) return null;
    return {
      jid: account.jid,
      lid: jid(account.lid, "lid"),
      devices: [0, ...account.devices.keys()],
      bundle: (device) =>
        device === 0 ? account.handset.bundle() : (account.devices.get(device)?.takeBundle() ?? null),
    };
  }
}

/** A hidden id has nothing of the number in it. */
const lidOf = (number: string): string =>
  String(100_000_000_000_000 + Number(BigInt.asUintN(44, Bun.hash.wyhash(number))));
