const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * True when the request comes from a page of ours, or from no page at all (a program sends neither header; it needs the
 * token all the same). On a developer's machine the loopback addresses are one host.
 */
export function isOwnOrigin(origin: string | undefined, fetchSite: string | undefined, publicBaseUrl: string): boolean {
  if (origin === undefined) return fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none";
  if (!URL.canParse(origin)) return false; // "null": a sandboxed or local page
  const [theirs, ours] = [new URL(origin), new URL(publicBaseUrl)];
  if (theirs.origin === ours.origin) return true;
  return (
    theirs.protocol === ours.protocol &&
    theirs.port === ours.port &&
    loopback.has(theirs.hostname) &&
    loopback.has(ours.hostname)
  );
}
