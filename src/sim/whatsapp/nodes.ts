import type { BinaryNode } from "@whiskeysockets/baileys";

/** WhatsApp's stanzas: a tag, attributes, and either children or bytes. */
export type Stanza = BinaryNode;
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Attributes that are undefined are left out. */
export function stanza(tag: string, attributes: Attributes = {}, content?: Stanza["content"]): Stanza {
  const attrs: Stanza["attrs"] = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) attrs[name] = String(value);
  return content === undefined ? { tag, attrs } : { tag, attrs, content };
}

export const childrenOf = (parent: Stanza | undefined, tag?: string): Stanza[] =>
  Array.isArray(parent?.content) ? parent.content.filter((child) => tag === undefined || child.tag === tag) : [];

export const childOf = (parent: Stanza | undefined, tag: string): Stanza | undefined => childrenOf(parent, tag)[0];

/** Bytes of a child; empty when it has none. */
export function bytesIn(parent: Stanza | undefined, tag: string): Buffer {
  const content = childOf(parent, tag)?.content;
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.alloc(0);
}

export const bigEndian = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

// Addresses: `user[:device]@server`

export const phoneServer = "s.whatsapp.net";

export interface Jid {
  user: string;
  device: number;
  server: string;
}

export function readJid(text: string): Jid {
  const [left = "", server = ""] = text.split("@");
  const [user = "", device] = left.split(":");
  return { user: user.split("_")[0] ?? "", device: Number(device ?? 0), server };
}

export const jid = (user: string, server: string, device = 0): string =>
  `${user}${device > 0 ? `:${device}` : ""}@${server}`;
