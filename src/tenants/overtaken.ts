import { AppError } from "../base/errors.ts";

/**
 * Somebody saved something else since the author saw it: nothing is overwritten (409). `fields` names what differs by now,
 * where it is not the whole.
 */
export const overtaken = (fields: readonly string[] = []): AppError =>
  new AppError("taken", "somebody else saved meanwhile", {
    public: "changed_meanwhile",
    fields: fields.map((path) => ({ path, code: "changed_meanwhile" })),
  });
