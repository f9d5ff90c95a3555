import { validator } from "hono-openapi";
import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { invalidInput } from "../base/parse-input.ts";
import { unstorableAt } from "./storable.ts";

type Result = { success: true; data: unknown } | { success: false; error: readonly unknown[] };

const refuse = (result: Result): void => {
  if (!result.success) throw invalidInput(result.error as z.core.$ZodIssue[]);
  const path = unstorableAt(result.data);
  if (path !== null) throw invalidInput([{ code: "custom", path: [path], message: "holds a character that is none" }]);
};

/** The JSON body as the schema wants it. @throws AppError "invalid" with the fields at fault (422). */
export const json = <S extends z.ZodType>(schema: S) => validator("json", schema, refuse);

/** The query as the schema wants it; every value arrives as text. @throws AppError "invalid" with the fields at fault. */
export const query = <S extends z.ZodType>(schema: S) => validator("query", schema, refuse);

/** `:id` in the path. What is no id names nothing: @throws AppError "not_found" (404). */
export const idParam = () => param(z.strictObject({ id: z.uuid() }));

/** Named parts of the path. @throws AppError "not_found" for one that cannot name anything (404). */
export const param = <S extends z.ZodType>(schema: S) =>
  validator("param", schema, (result: Result) => {
    if (!result.success || unstorableAt(result.data) !== null)
      throw new AppError("not_found", "malformed id in the path");
  });
