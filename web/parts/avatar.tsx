interface AvatarProps {
  name: string | null;
  size?: "small" | "large";
}

/** A person's initials on a hue of their name. Drawn by CSS, so that they are no part of a button's name. */
export function Avatar({ name, size }: AvatarProps) {
  return (
    <span
      class={`avatar${size ? ` ${size}` : ""}`}
      style={{ "--hue": hueOf(name ?? "") }}
      data-initials={initials(name ?? "")}
      aria-hidden="true"
    />
  );
}

/** First letters of the first and the last word; whole characters, also of emoji. */
export function initials(name: string): string {
  const words = name.split(/[\s\-־]+/).filter((word) => /^\p{L}/u.test(word));
  const first = (word: string | undefined) => /[\p{L}\p{N}]/u.exec(word ?? "")?.[0].toUpperCase() ?? "";
  if (words.length === 0) return "•";
  return words.length === 1 ? first(words[0]) : first(words[0]) + first(words.at(-1));
}

/** The same name has the same hue everywhere. */
export function hueOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) % 36_000;
  return (hash % 12) * 30 + 8;
}
