import type { AccountCall, CallStatus, TwilioAccount } from "./account.ts";
import type { LineProblem } from "./media-stream.ts";
import { type Leg, runDocument } from "./twiml-run.ts";
import type { WebhookClient } from "./webhook-client.ts";

/**
 * A call that the product places through the REST API with inline TwiML, to somebody who picks up at once and listens.
 * What is played is really fetched; time is not played out, since nothing in this world hangs on how long it rings.
 */
export class OutboundCall implements AccountCall {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  status: CallStatus = "queued";
  durationSeconds = 0;
  readonly problems: LineProblem[] = [];
  /** Names of the files that were heard, in their order. */
  readonly heard: string[] = [];
  /** Resolves when everything was heard and the call is over. */
  readonly finished: Promise<void>;
  readonly #abort = new AbortController();

  constructor(account: TwilioAccount, webhooks: WebhookClient, call: { from: string; to: string; xml: string }) {
    this.sid = account.newSid("CA");
    this.from = call.from;
    this.to = call.to;
    account.calls.set(this.sid, this);
    this.finished = this.#run(webhooks, call.xml);
  }

  /** The digits that were read out, e.g. "402815402815". */
  get digits(): string {
    return this.heard.map((name) => /^digit-(\d)\.wav$/.exec(name)?.[1] ?? "").join("");
  }

  redirect(): boolean {
    return false;
  }

  hangUp(): boolean {
    if (this.status === "completed") return false;
    this.#abort.abort();
    return true;
  }

  async #run(webhooks: WebhookClient, xml: string): Promise<void> {
    await Promise.resolve(); // the answer to whoever placed it says "queued"
    this.status = "in-progress";
    await runDocument(this.#leg(webhooks), { xml, url: "about:blank" }, this.#abort.signal);
    this.status = "completed";
  }

  #leg(webhooks: WebhookClient): Leg {
    const problem = (code: number, detail: string) => void this.problems.push({ code, detail, atMs: 0 });
    const cannot = async (what: string) => {
      problem(0, `nobody in this world ${what} on a call that we placed`);
      return null;
    };
    return {
      over: () => this.#abort.signal.aborted,
      problem,
      fetchFile: webhooks.fetchFile,
      play: async (_bytes, name) => void this.heard.push(name),
      pause: async () => {},
      post: () => cannot("asks for instructions"),
      record: () => cannot("records"),
      stream: async () => void (await cannot("streams")),
      dial: async () => (await cannot("dials")) ?? {},
    };
  }
}
