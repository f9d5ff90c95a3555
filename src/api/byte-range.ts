/** Which bytes of a body are wanted; `to` is exclusive. */
export interface ByteRange {
  from: number;
  to: number;
}

const single = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i;

/**
 * What a `Range` header asks of a body of `size` bytes (RFC 9110, 14.1.2). "whole" for no header, for units, lists and
 * texts that we do not serve (a server may ignore those); "unsatisfiable" when nothing of the body lies in it.
 */
export function readByteRange(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const [, first = "", last = ""] = single.exec(header ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { from: size - length, to: size };
  }
  const from = Number(first);
  if (last !== "" && Number(last) < from) return "whole"; // no valid range: as if it were not there
  if (from >= size) return "unsatisfiable";
  return { from, to: last === "" ? size : Math.min(Number(last) + 1, size) };
}
