import { shellWords } from "../strings/shell.he.ts";

/** Rows in the shape of the rows that will come: nothing moves when they do. */
export function SkeletonRows({ count = 8, avatar = true }: { count?: number; avatar?: boolean }) {
  const t = shellWords();
  return (
    <div class="rows" role="status">
      <span class="sr-only">{t.loading}</span>
      {Array.from({ length: count }, (_, index) => (
        <div class="row" key={index} aria-hidden="true">
          {avatar && <span class="skeleton" style={{ inlineSize: "36px", blockSize: "36px", borderRadius: "50%" }} />}
          <span class="row-main">
            <span
              class="skeleton"
              style={{ display: "block", inlineSize: `${32 + ((index * 13) % 22)}%`, blockSize: "14px" }}
            />
            <span
              class="skeleton"
              style={{
                display: "block",
                inlineSize: `${50 + ((index * 17) % 30)}%`,
                blockSize: "11px",
                marginBlockStart: "8px",
              }}
            />
          </span>
        </div>
      ))}
    </div>
  );
}

/** A block of text that will come. */
export function SkeletonBlock({ size = "120px" }: { size?: string }) {
  return <div class="skeleton" style={{ blockSize: size, borderRadius: "14px" }} aria-hidden="true" />;
}
