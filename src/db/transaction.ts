import type { Sql } from "postgres";
import { AppError } from "../base/errors.ts";
import { mayPass } from "./errors.ts";

/** A statement that is not sent yet. */
export type MakeStatement = (text: string, parameters?: string[]) => Statement;
/** A statement of the driver's; when somebody waits for it, `handler` is called to send it. */
export type Statement = ReturnType<Sql["unsafe"]> & { handler: () => void; reject(error: unknown): void };

/** What runs inside a transaction, as Drizzle uses it. */
export interface Scope {
  unsafe: MakeStatement;
  savepoint<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
  /** The next statement is the last: COMMIT goes out along with it, and a further one is refused. */
  endWithNext(): void;
}

type Work<T> = (scope: Scope) => Promise<T>;

/** What postgres.js 3.4.9 keeps of a connection and hands to `onexecute`; its types do not name it. */
interface Connection {
  /** Puts a statement behind those under way. False = nothing more may follow before `reserved` is called. */
  execute(statement: Statement): boolean | undefined;
  /** Called whenever all statements are answered. While it is set, the connection is ours; the driver clears it when the transaction is over. */
  reserved: (() => void) | null;
  onclose: ((error: unknown) => void) | null;
}

/**
 * One transaction, of which nobody waits for the BEGIN: it goes out together with the first statements of `work`. The
 * driver's own `begin` costs a round trip more, and sends its ROLLBACK on a connection that is gone, which throws outside
 * of every promise and leaves the connection's slot unusable. Here nothing is sent after the end, whichever came.
 */
export function begin<T>(client: Sql, make: MakeStatement, work: Work<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onexecute = (connection: Connection): void => {
      new Transaction(connection, make, reject).run(work).then(resolve, reject);
    };
    client.unsafe("begin", [], { onexecute } as object).catch(reject);
  });
}

class Transaction {
  readonly #connection: Connection;
  readonly #make: MakeStatement;
  #waiting: Statement[] = [];
  #mayFollow = true;
  #isOver = false;
  #savepoints = 0;
  #endsWithNext = false;
  #committed: Statement | null = null;

  constructor(connection: Connection, make: MakeStatement, onLost: (error: unknown) => void) {
    this.#connection = connection;
    this.#make = make;
    connection.reserved = () => this.#goOn();
    connection.onclose = (error) => {
      this.#isOver = true;
      for (const statement of this.#waiting.splice(0)) statement.reject(error);
      onLost(error);
    };
  }

  async run<T>(work: Work<T>): Promise<T> {
    const result = await this.#scoped(work, () => this.#finish("rollback"));
    await (this.#committed ?? this.#finish("commit"));
    return result;
  }

  async #savepoint<T>(work: Work<T>): Promise<T> {
    const name = `s${this.#savepoints++}`;
    await this.#send(`savepoint ${name}`);
    return this.#scoped(work, () => this.#send(`rollback to ${name}`));
  }

  /** A statement that failed undoes the whole scope, also when `work` has caught its error. */
  async #scoped<T>(work: Work<T>, undo: () => PromiseLike<unknown>): Promise<T> {
    const failures: unknown[] = [];
    const unsafe: MakeStatement = (text, parameters) => {
      const statement = this.#send(text, parameters);
      // First in line, so that whoever waits for the statement already finds the transaction marked.
      statement.catch((error: unknown) => {
        failures.push(error);
        if (isLoss(error)) this.#isOver = true;
      });
      if (this.#endsWithNext) this.#committed = this.#finish("commit");
      return statement;
    };
    const endWithNext = () => {
      this.#endsWithNext = true;
    };
    try {
      const result = await work({ unsafe, savepoint: (nested) => this.#savepoint(nested), endWithNext });
      if (failures.length > 0) throw failures[0];
      return result;
    } catch (error) {
      if (!this.#isOver) await undo();
      throw error;
    }
  }

  #send(text: string, parameters?: string[]): Statement {
    if (this.#isOver || this.#committed) throw isGone();
    const statement = this.#make(text, parameters);
    statement.handler = () => this.#hand(statement);
    return statement;
  }

  /** The last statement: nothing is sent behind it, for then the connection may be another transaction's. */
  #finish(text: string): Statement {
    const last = this.#make(text);
    last.handler = () => {
      this.#hand(last);
      this.#isOver = true;
    };
    last.catch(() => {}); // sends it; whoever cares waits for it as well
    return last;
  }

  #hand(statement: Statement): void {
    if (this.#isOver) statement.reject(isGone());
    else if (this.#mayFollow) this.#mayFollow = Boolean(this.#connection.execute(statement));
    else this.#waiting.push(statement);
  }

  #goOn(): void {
    this.#mayFollow = true;
    while (this.#mayFollow && this.#waiting.length > 0)
      this.#mayFollow = Boolean(this.#connection.execute(this.#waiting.shift()!));
  }
}

/** A server's own error carries its severity; what comes without, or is fatal, is the connection's end. */
function isLoss(error: unknown): boolean {
  const { severity } = error as { severity?: string };
  return severity === undefined ? mayPass(error) : severity === "FATAL";
}

const isGone = (): AppError => new AppError("unavailable", "the transaction is over, or its connection is gone");
