/** Names of the parameters in a path: `Params<"/calls/:id">` is `{ id: string }`. */
export type Params<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name | keyof Params<`/${Rest}`>]: string }
  : P extends `${string}:${infer Name}`
    ? { [K in Name]: string }
    : Record<never, string>;

/** The parameters when the address fits the pattern, else null. */
export function match<P extends string>(pattern: P, address: string): Params<P> | null {
  const wanted = pattern.split("/");
  const given = address.replace(/(?<=.)\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!;
    if (!part.startsWith(":")) {
      if (part !== value) return null;
    } else if (value === "") return null;
    else
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null; // half an escape names nothing
      }
  }
  return params as Params<P>;
}

/** The address of a page: `link("/calls/:id", { id })`. */
export function link<P extends string>(pattern: P, params: Params<P>): string {
  return pattern.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent((params as Record<string, string>)[name] ?? ""),
  );
}
