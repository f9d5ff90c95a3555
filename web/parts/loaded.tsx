import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { circleAlert } from "../icons.ts";
import { problemText } from "../problems.ts";
import { type Resource, useResource } from "../resource.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Empty } from "./empty.tsx";
import { SkeletonRows } from "./skeleton.tsx";
import { StaleNote } from "./stale-note.tsx";

interface LoadedProps<T> {
  from: Resource<T>;
  /** What stands there until the first answer, in the shape of what will come. */
  skeleton?: ComponentChildren;
  /** The page itself says of when it is what it shows. */
  quiet?: boolean;
  /** What another resource holds stands until this one has its first answer: a search does not blink at every letter. */
  steady?: boolean;
  children: (data: T) => ComponentChildren;
}

/**
 * Shows what a resource holds: a skeleton first, then the data for good. When it could not be read again, of when it is stands
 * above it; an error alone only when there never was any.
 */
export function Loaded<T>({
  from,
  skeleton = <SkeletonRows />,
  quiet = false,
  steady = false,
  children,
}: LoadedProps<T>) {
  useResource(from);
  const t = shellWords();
  const error = from.error.value;
  const last = useRef<T | null>(null);
  const data = from.data.value ?? (steady && error === null ? last.current : null);
  last.current = data;
  if (data !== null)
    return (
      <>
        {!quiet && <StaleNote of={[from]} />}
        {children(data)}
      </>
    );
  if (error === null) return <>{skeleton}</>;
  return (
    <Empty icon={circleAlert} title={problemText(error)} text="">
      <Button onClick={() => from.reload()}>{t.retry}</Button>
    </Empty>
  );
}
