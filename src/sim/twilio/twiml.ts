/** One element of a TwiML document. */
export interface Verb {
  name: string;
  attributes: Readonly<Record<string, string>>;
  text: string;
  children: Verb[];
}

/** Anything Twilio would answer with error 12100 (document parse failure). */
export class TwimlError extends Error {
  override readonly name = "TwimlError";
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#[0-9]+|[a-z]+);|&/gi, (whole, entity: string | undefined) => {
    if (entity === undefined) throw new TwimlError("a bare & is not XML");
    if (entity.startsWith("#x")) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith("#")) return String.fromCodePoint(Number.parseInt(entity.slice(1), 10));
    const char = entities[entity];
    if (char === undefined) throw new TwimlError(`unknown entity ${whole}`);
    return char;
  });
}

const token =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<\/([A-Za-z][\w.-]*)\s*>|<([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+|</g;
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * Reads a TwiML document: elements, attributes, text, comments, the five entities and character references; strict about
 * everything else, as the real reader is.
 * @throws TwimlError when the text is not well-formed or its root is not `Response`.
 */
export function parseTwiml(xml: string): Verb {
  const top: Verb = { name: "", attributes: {}, text: "", children: [] };
  const open: Verb[] = [top];
  for (const match of xml.matchAll(token)) {
    const [whole, closing, opening, attributes = "", selfClosing] = match;
    const here = open.at(-1)!;
    if (closing !== undefined) {
      if (here.name !== closing) throw new TwimlError(`</${closing}> closes <${here.name}>`);
      open.pop();
    } else if (opening !== undefined) {
      const verb: Verb = { name: opening, attributes: readAttributes(attributes), text: "", children: [] };
      here.children.push(verb);
      if (selfClosing !== "/") open.push(verb);
    } else if (whole === "<") throw new TwimlError("malformed tag");
    else if (!whole.startsWith("<")) here.text += decode(whole);
  }
  if (open.length !== 1) throw new TwimlError(`<${open.at(-1)!.name}> is not closed`);
  const [root, ...others] = top.children;
  if (root?.name !== "Response" || others.length > 0 || top.text.trim() !== "")
    throw new TwimlError("the document must be one <Response>");
  return root;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, double, single] of text.matchAll(attribute)) {
    if (name! in attributes) throw new TwimlError(`attribute ${name} appears twice`);
    attributes[name!] = decode(double ?? single ?? "");
  }
  return attributes;
}
