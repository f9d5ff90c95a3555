import { fetchOutside } from "../base/outside.ts";

const timeoutMs = 5_000;

/** The HTTP status of an address of our own, as the internet reaches it; null = it does not answer, or not over https there. */
export async function knock(url: string): Promise<number | null> {
  try {
    return (await fetchOutside(url, {}, { hosts: [new URL(url).hostname], bytesMax: 0, timeoutMs })).status;
  } catch {
    return null;
  }
}
