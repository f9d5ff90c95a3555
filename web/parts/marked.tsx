/** A text in which the words that were searched stand out. */
export function Marked({ text, wanted }: { text: string; wanted: string }) {
  const words = wanted.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return <>{text}</>;
  const anyWord = new RegExp(`(${words.map(escaped).join("|")})`, "gi");
  // Every other part is one of the words.
  return <>{text.split(anyWord).map((part, at) => (at % 2 === 1 ? <mark key={at}>{part}</mark> : part))}</>;
}

// `RegExp.escape` is missing on phones of two years ago.
const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
