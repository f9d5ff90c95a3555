import type { ComponentChildren } from "preact";
import { type Resource, useResource } from "../resource.ts";
import { SkeletonRows } from "./skeleton.tsx";

interface TogetherProps {
  /** As many in every rendering. */
  of: readonly Resource<unknown>[];
  children: ComponentChildren;
}

/** Parts of a page that are read separately come at once, when all are there or refused: no later one pushes the others down. */
export function Together({ of, children }: TogetherProps) {
  for (const one of of) useResource(one);
  const waits = of.some(({ data, error }) => data.value === null && error.value === null);
  return waits ? <SkeletonRows /> : children;
}
