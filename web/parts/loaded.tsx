import type { ComponentChildren } from "preact";
import { circleAlert } from "../icons.ts";
import { problemText } from "../problems.ts";
import { type Resource, useResource } from "../resource.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Button } from "./button.tsx";
import { Empty } from "./empty.tsx";
import { SkeletonRows } from "./skeleton.tsx";

interface LoadedProps<T> {
  from: Resource<T>;
  /** What stands there until the first answer, in the shape of what will come. */
  skeleton?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** Shows what a resource holds: a skeleton first, then the data for good; an error only when there never was any. */
export function Loaded<T>({ from, skeleton = <SkeletonRows />, children }: LoadedProps<T>) {
  useResource(from);
  const t = shellWords();
  const data = from.data.value;
  if (data !== null) return <>{children(data)}</>;
  const error = from.error.value;
  if (error === null) return <>{skeleton}</>;
  return (
    <Empty icon={circleAlert} title={problemText(error)} text="">
      <Button onClick={() => from.reload()}>{t.retry}</Button>
    </Empty>
  );
}
