interface DriverError {
  code?: unknown;
  constraint_name?: unknown;
  cause?: unknown;
}

/** The driver's own error: Drizzle wraps it. */
function driverError(thrown: unknown): DriverError {
  let error = thrown as DriverError | null | undefined;
  while (error && typeof error === "object" && error.code === undefined && error.cause !== undefined) {
    error = error.cause as DriverError;
  }
  return error && typeof error === "object" ? error : {};
}

/** The five characters by which PostgreSQL says what went wrong, or the code of the driver or system; "" = it has none. */
export function sqlState(thrown: unknown): string {
  const { code } = driverError(thrown);
  return typeof code === "string" ? code : "";
}

/** True when a statement failed because of this unique, check or foreign key constraint. */
export const violates = (thrown: unknown, constraint: string): boolean =>
  driverError(thrown).constraint_name === constraint;

/**
 * True when what the row hangs on went away while it was written: its customer was merged with another, or erased. The
 * same work, begun anew, finds who it is now.
 */
export const lostItsOwner = (thrown: unknown): boolean => sqlState(thrown) === "23503";

// Deadlock and serialisation (class 40), lock timeout.
const contended = /^(40...|55P03)$/;

/** True when another transaction had the same rows for too long, or the two waited for each other: nothing of ours happened. */
export const isContended = (thrown: unknown): boolean => contended.test(sqlState(thrown));

// Network and driver codes, and PostgreSQL's classes 08 (connection), 53 (resources), 57 (operator, timeout), 58 (system):
// all of them may go well the next time, and so does what is contended.
const passing = /^(E[A-Z]+|CONNECT(ION)?_[A-Z_]+|08...|53...|57...|58...|unavailable)$/;

/**
 * True when the same statements may succeed later: the database is away, full, busy or shutting down. False when they
 * never will: the rows themselves are refused.
 */
export function mayPass(thrown: unknown): boolean {
  return passing.test(sqlState(thrown)) || isContended(thrown);
}

// Bad encoding or NUL (22021, 22P05), no date (22007), a date out of reach (22008).
const unreadable = /^(22021|22P05|22007|22008)$/;

/** True when a value itself is one that the database cannot keep. */
export const isUnreadable = (thrown: unknown): boolean => unreadable.test(sqlState(thrown));
