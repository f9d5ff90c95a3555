import type { Clock } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import { type BusinessId, type CallSid, newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Database } from "../db/client.ts";
import { mayPass } from "../db/errors.ts";
import { limits } from "../limits.ts";
import type { EngineUsage } from "../live-call/engine.ts";
import type { CallEndRecord, CallEventRecord, CallJournal, TurnRecord } from "../live-call/journal.ts";
import type { FinishedRecording } from "../live-call/recording-shelf.ts";
import { type CallEnd, type CallWrite, writeCalls } from "./call-writes.ts";
import type { BegunCall, CallLog, LeftToRecording, RecordingReport, StatusReport } from "./log.ts";
import { OutageFile } from "./outage-file.ts";
import type { SoundStore, StoredSound } from "./sound-store.ts";
import { WriteBehind } from "./write-behind.ts";
import { textOf } from "./write-text.ts";

export interface CallRecorderDeps {
  db: Database;
  /** The process that carries the calls. */
  owner: string;
  sounds: SoundStore;
  /** Where rows lie while the database is away (`outageFolder`). */
  outageFolder: string;
  /** Days that a recording of this business is kept. */
  recordingDays(businessId: BusinessId): number;
  usdIlsRate: number;
  clock: Clock;
  log: Log;
  random: Random;
}

/** The memory of calls, as the live call (journal) and the provider's callbacks (log) see it. */
export interface CallRecorder extends CallJournal, CallLog {
  /** Rows and sounds that are not durable yet. */
  readonly pending: number;
  /** Resolves when everything is durable. */
  idle(): Promise<void>;
  /**
   * At shutdown: waits for what is pending, at most `deadlineMs`; what the database has not taken by then is left on the
   * disk (`replay-outages.ts`). Resolves to the number of rows for which that failed too.
   */
  close(deadlineMs: number): Promise<number>;
}

// A call makes a row or two a second; a transaction each would cost as much as its audio does. What a killed process
// loses of its calls is half a second of turns that nobody was told about.
const gatherMs = 500;
// 64 MiB: the ends of six hundred recordings that the disk does not take. More would endanger the live calls.
const heldSoundBytesMax = 64 * 1024 * 1024;
const heldForUnknownMax = 200;

export function createCallRecorder(deps: CallRecorderDeps): CallRecorder {
  return new Recorder(deps);
}

/** What is known of a call in this process; `held` waits for `begin` to say whose call it is. */
interface OpenCall {
  businessId: BusinessId | null;
  seq: number;
  held: ((businessId: BusinessId) => void)[];
}

class Recorder implements CallRecorder {
  readonly #deps: CallRecorderDeps;
  readonly #writes: WriteBehind<CallWrite>;
  readonly #open = new Map<CallSid, OpenCall>();
  readonly #sounds = new Set<Promise<void>>();
  #heldSoundBytes = 0;

  constructor(deps: CallRecorderDeps) {
    this.#deps = deps;
    const { clock, log, random, usdIlsRate, owner } = deps;
    this.#writes = new WriteBehind<CallWrite>({
      capacity: limits.writeBehindRowsMax,
      batch: limits.writeBehindBatchRows,
      gatherMs,
      write: (writes) => writeCalls(deps.db, writes, { usdIlsRate, owner }),
      mayPass,
      shelter: new OutageFile({ folder: deps.outageFolder, bytesMax: limits.outageBytes, textOf, log }),
      refused: (write, error) => this.#refused(write, error),
      clock,
      log,
      random,
    });
  }

  get pending(): number {
    return this.#writes.pending + this.#sounds.size;
  }

  async idle(): Promise<void> {
    while (this.pending > 0) await Promise.all([this.#writes.idle(), ...this.#sounds]);
  }

  async close(deadlineMs: number): Promise<number> {
    const late = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(deadlineMs, late.resolve);
    await Promise.race([Promise.all(this.#sounds), late.promise]);
    timer.cancel();
    return this.#writes.close(deadlineMs);
  }

  begin(call: BegunCall): Promise<"begun" | "over"> {
    const { callSid, businessId } = call;
    const open = this.#openCall(callSid);
    open.businessId = businessId;
    const written = this.#promise<"begun" | "over">((done) => ({ kind: "begin", businessId, callSid, call, done }));
    for (const push of open.held.splice(0)) push(businessId);
    return written;
  }

  status(report: StatusReport): Promise<void> {
    const { businessId, callSid } = report;
    const at = this.#deps.clock.instant();
    return this.#promise<void>((done) => ({ kind: "status", businessId, callSid, report, at, done }));
  }

  recording(report: RecordingReport): Promise<void> {
    const { businessId, callSid } = report;
    const deleteAfter = this.#deleteAfter(businessId);
    return this.#promise<void>((done) => ({
      kind: "recording",
      id: newId(),
      businessId,
      callSid,
      report,
      deleteAfter,
      done,
    }));
  }

  turn(callSid: CallSid, turn: TurnRecord): void {
    const kept = { ...turn, text: storable(turn.text) };
    this.#row(callSid, (businessId, seq) => ({ kind: "turn", businessId, callSid, seq, turn: kept }));
  }

  event(callSid: CallSid, event: CallEventRecord): void {
    const detail = Object.fromEntries(
      Object.entries(event.detail).map(([name, value]) => [name, typeof value === "string" ? storable(value) : value]),
    );
    this.#row(callSid, (businessId, seq) => ({ kind: "event", businessId, callSid, seq, event: { ...event, detail } }));
  }

  usage(callSid: CallSid, usage: EngineUsage): void {
    this.#row(callSid, (businessId, seq) => ({ kind: "usage", businessId, callSid, seq, usage }));
  }

  leftToRecording(callSid: CallSid, why: LeftToRecording): void {
    this.event(callSid, { atMs: 0, kind: "left_to_recording", detail: { why } });
    this.#end(callSid, { reason: "fallback", durationMs: null, streamAtMs: null, trace: null });
  }

  ended(callSid: CallSid, { recording, ...end }: CallEndRecord): void {
    if (recording) this.#whenKnown(callSid, (businessId) => this.#keepSound(businessId, callSid, recording));
    this.#end(callSid, end);
  }

  #end(callSid: CallSid, end: CallEnd): void {
    this.#row(callSid, (businessId) => ({ kind: "ended", businessId, callSid, end }));
    this.#whenKnown(callSid, () => void this.#open.delete(callSid));
  }

  #row(callSid: CallSid, make: (businessId: BusinessId, seq: number) => CallWrite): void {
    const seq = this.#openCall(callSid).seq++;
    this.#whenKnown(callSid, (businessId) => this.#writes.pushLater(make(businessId, seq)));
  }

  #whenKnown(callSid: CallSid, run: (businessId: BusinessId) => void): void {
    const open = this.#openCall(callSid);
    if (open.businessId) run(open.businessId);
    else if (open.held.length < heldForUnknownMax) open.held.push(run);
  }

  #openCall(callSid: CallSid): OpenCall {
    let open = this.#open.get(callSid);
    if (open) return open;
    if (this.#open.size >= limits.callsMax * 2) this.#forgetOldest();
    open = { businessId: null, seq: 0, held: [] };
    this.#open.set(callSid, open);
    return open;
  }

  /** Only calls that never began or never ended can pile up: neither should happen. */
  #forgetOldest(): void {
    const [oldest] = this.#open.keys();
    if (oldest === undefined) return;
    this.#deps.log.warn("CALL", "call was never closed in the journal", { call: oldest });
    this.#open.delete(oldest);
  }

  /** A write that somebody may wait for. Nobody has to: its failure is in the log. */
  #promise<T>(make: (done: (value: T) => void) => CallWrite): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    promise.catch(() => {});
    const write = make(resolve);
    this.#rejects.set(write, reject);
    if (!this.#writes.push(write)) reject(new AppError("unavailable", "too many rows wait for the database"));
    return promise;
  }

  readonly #rejects = new WeakMap<CallWrite, (reason: unknown) => void>();

  #refused(write: CallWrite, error: unknown): void {
    const fields = { biz: write.businessId, call: write.callSid, row: write.kind };
    this.#deps.log.error("CALL", "row refused by the database", { ...fields, error: describeError(error) });
    this.#rejects.get(write)?.(error);
  }

  #keepSound(businessId: BusinessId, callSid: CallSid, recording: FinishedRecording): void {
    const { log } = this.#deps;
    const heldBytes = recording.held.length;
    if (this.#heldSoundBytes + heldBytes > heldSoundBytesMax) {
      log.error("CALL", "recording dropped: the disk does not keep up", { biz: businessId, call: callSid });
      forget(recording);
      return;
    }
    this.#heldSoundBytes += heldBytes;
    const saving = this.#saveSound(businessId, callSid, recording).finally(() => {
      this.#heldSoundBytes -= heldBytes;
      this.#sounds.delete(saving);
    });
    this.#sounds.add(saving);
  }

  async #store(businessId: BusinessId, id: string, recording: FinishedRecording): Promise<StoredSound> {
    const { sounds } = this.#deps;
    if (recording.file === null) return sounds.saveCall(businessId, id, recording.held);
    await recording.complete();
    return sounds.adoptCall(businessId, id, recording.file, recording.bytes);
  }

  async #saveSound(businessId: BusinessId, callSid: CallSid, recording: FinishedRecording): Promise<void> {
    const { clock, log } = this.#deps;
    const id = newId();
    for (let tries = 1; ; tries++) {
      try {
        const sound = await this.#store(businessId, id, recording);
        this.#writes.pushLater({
          kind: "sound",
          id,
          businessId,
          callSid,
          sound,
          deleteAfter: this.#deleteAfter(businessId),
        });
        return;
      } catch (error) {
        if (tries === 1)
          log.warn("CALL", "recording could not be saved", {
            biz: businessId,
            call: callSid,
            error: describeError(error),
          });
        if (tries === soundTriesMax) break;
        await new Promise<void>((resolve) => clock.after(soundRetryMs, resolve));
      }
    }
    log.error("CALL", "recording lost", { biz: businessId, call: callSid });
    forget(recording);
  }

  #deleteAfter(businessId: BusinessId): Temporal.Instant {
    return this.#deps.clock.instant().add({ hours: 24 * this.#deps.recordingDays(businessId) });
  }
}

/** What is left on the shelf is removed at the next start at the latest. */
const forget = (recording: FinishedRecording): void => void recording.file?.drop().catch(() => {});

// A full disk is usually noticed and cleared within ten minutes.
const soundTriesMax = 20;
const soundRetryMs = 30_000;

/** Text as PostgreSQL takes it: no NUL, no half of a surrogate pair. */
const storable = (text: string): string => text.replaceAll("\u0000", "").toWellFormed();
