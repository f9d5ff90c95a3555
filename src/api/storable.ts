/**
 * Where in what a client sent there is text that PostgreSQL cannot keep (NUL, half of a character); null when nowhere.
 * The path is as in other problems with fields: "items.2.name".
 */
export function unstorableAt(value: unknown, path = ""): string | null {
  if (typeof value === "string") return value.includes("\u0000") || !value.isWellFormed() ? path : null;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const at = unstorableAt(key, path) ?? unstorableAt(inner, path === "" ? key : `${path}.${key}`);
    if (at !== null) return at;
  }
  return null;
}
