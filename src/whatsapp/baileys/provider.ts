import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { BusinessId } from "../../base/ids.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { limits } from "../../limits.ts";
import type { ChannelHost, WhatsAppProvider } from "../provider.ts";
import { networkIdOf } from "./address.ts";
import { BaileysChannel } from "./channel.ts";
import { ClientVersion, newestVersion } from "./client-version.ts";
import { forgetPeople, holdsLogin } from "./login-file.ts";
import type { Version } from "./protocol.ts";
import { StartGate } from "./start-gate.ts";
import { Supervisor, type SupervisorDeps } from "./supervisor.ts";

export interface BaileysDeps {
  storageDir: string;
  /** WhatsApp's own address, or a simulator's on this machine. */
  socketUrl: string;
  /** Threads at most; 8 hold some 370 MB. */
  threadsMax: number;
  clock: Clock;
  random: Random;
  log: Log;
  threadEntry?: SupervisorDeps["entry"];
  /** What WhatsApp Web says its version is; tests put one of theirs in its place. */
  newestVersion?: () => Promise<Version>;
}

/** WhatsApp through the businesses' own numbers: linked devices, each with its login under the storage folder. */
export function createBaileysProvider(deps: BaileysDeps): WhatsAppProvider {
  const { clock, random, log, storageDir, socketUrl, threadsMax, threadEntry } = deps;
  const version = new ClientVersion({
    newest: deps.newestVersion ?? newestVersion,
    log,
    file: join(storageDir, "whatsapp", "client-version.json"),
  });
  const supervisor = new Supervisor({
    threadsMax,
    clock,
    random,
    log,
    ...(threadEntry === undefined ? {} : { entry: threadEntry }),
  });
  const gate = new StartGate(clock, limits.waStaggerMs);
  const channels = new Map<BusinessId, BaileysChannel>();
  const dirOf = (businessId: BusinessId) => join(storageDir, "whatsapp", `business_${businessId}`);
  return {
    kind: "baileys",
    can: {
      pairing: true,
      typing: true,
      readReceipts: true,
      templates: false,
      freeTextWindowMs: null,
      pacedLikeAPerson: true,
    },
    channel(businessId: BusinessId, host: ChannelHost) {
      const known = channels.get(businessId);
      if (known) return known;
      const dir = dirOf(businessId);
      const channel = new BaileysChannel({
        ...{ businessId, host, dir, socketUrl, supervisor, version, gate, clock, random, log },
        onOpen() {
          for (const other of channels.values()) other.networkIsBack();
        },
      });
      channels.set(businessId, channel);
      return channel;
    },
    networkId: networkIdOf,
    holdsLogin: (businessId) => holdsLogin(dirOf(businessId)),
    forget: async (businessId, people) => {
      const channel = channels.get(businessId);
      if (channel === undefined) forgetPeople(dirOf(businessId), people);
      else await channel.forget(people);
    },
    alive: () => supervisor.alive(),
    async close() {
      await Promise.all([...channels.values()].map((channel) => channel.disconnect()));
      supervisor.close();
    },
  };
}
