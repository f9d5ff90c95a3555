/** Addresses of every page that needs no id of its own; customers' pages with the given one. */
export async function routes(customerId: string): Promise<string[]> {
  return (await patterns())
    .map((pattern) => pattern.replace("/customers/:id", `/customers/${customerId}`))
    .filter((path) => !path.includes(":") && !["/login", "/welcome"].includes(path));
}

/** The routing table's addresses as they stand there: reading it as a module would open a browser's things. */
export async function patterns(): Promise<string[]> {
  const table = await Bun.file(new URL("../routes.ts", import.meta.url)).text();
  return [...table.matchAll(/page\(\s*"([^"]+)"/g)].map((match) => match[1]!);
}
