/** One icon of `icons.ts`; decoration only, the name stands in the text or in `aria-label` beside it. */
export function Icon({ of, large = false, flip = false }: { of: string; large?: boolean; flip?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" class={`icon${large ? " large" : ""}${flip ? " flip" : ""}`} aria-hidden="true">
      <path d={of} />
    </svg>
  );
}
