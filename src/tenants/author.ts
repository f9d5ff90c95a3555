import type { Actor } from "./ctx.ts";

export interface Author {
  kind: Actor["kind"];
  userId: string | null;
  /** A person's name, or the kind: the panel puts a word in its place. */
  name: string;
}

/** The actor as it is written beside what it made. */
export function authorOf(actor: Actor): Author {
  return actor.kind === "staff"
    ? { kind: "staff", userId: actor.userId, name: actor.name }
    : { kind: actor.kind, userId: null, name: actor.kind };
}
