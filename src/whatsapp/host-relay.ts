import { AppError } from "../base/errors.ts";
import type { ChannelHost } from "./provider.ts";

/** What a channel talks to for as long as it lives; behind it sessions come and go. */
export class HostRelay implements ChannelHost {
  /** Null = nobody holds the session now: nothing is durable, so nothing is acknowledged. */
  host: ChannelHost | null = null;

  #current(): ChannelHost {
    if (this.host === null) throw new AppError("unavailable", "the session was let go");
    return this.host;
  }

  received: ChannelHost["received"] = async (message) => this.#current().received(message);
  reported: ChannelHost["reported"] = async (receipt) => this.#current().reported(receipt);
  samePerson: ChannelHost["samePerson"] = async (identities) => this.#current().samePerson(identities);
  typed: ChannelHost["typed"] = (from, on) => this.host?.typed(from, on);
  changed: ChannelHost["changed"] = (status) => this.host?.changed(status);
  resend: ChannelHost["resend"] = async (providerId) => this.#current().resend(providerId);
}
