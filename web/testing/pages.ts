/** Addresses of every page that needs no id of its own; customers' pages with the given one. */
export async function routes(customerId: string): Promise<string[]> {
  const table = await Bun.file(new URL("../routes.ts", import.meta.url)).text();
  return [...table.matchAll(/page\(\s*"([^"]+)"/g)]
    .map((match) => match[1]!.replace("/customers/:id", `/customers/${customerId}`))
    .filter((path) => !path.includes(":") && !["/login", "/welcome"].includes(path));
}
