import { expect, test } from "bun:test";
import { encode } from "uqr";
import { qrPath } from "./qr-path.ts";

test.each(["2@abc,def,ghi==", "x".repeat(300)])("the path covers exactly the dark cells of the code", (text) => {
  const { size, path } = qrPath(text);
  const cells = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  for (const [, x, y, long] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let at = 0; at < Number(long); at++) cells[Number(y)]![Number(x) + at] = true;
  expect(cells).toEqual(encode(text).data);
});
