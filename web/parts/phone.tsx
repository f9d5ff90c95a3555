import { phoneText } from "../format.ts";

/** A number as people write it, kept from left to right in any text. */
export function Phone({ of, link = false }: { of: string; link?: boolean }) {
  const text = <bdi dir="ltr">{phoneText(of)}</bdi>;
  return link ? <a href={`tel:${of}`}>{text}</a> : text;
}
