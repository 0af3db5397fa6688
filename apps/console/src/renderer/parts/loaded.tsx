import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemBox } from "./problem-box.tsx";
import { TableSkeleton } from "./table-skeleton.tsx";

/** What was read; until then its shape, and in its place what went wrong. */
export function Loaded<Data>({
  query,
  failure,
  rows = 4,
  children,
}: {
  readonly query: Pick<UseQueryResult<Data>, "data" | "error" | "refetch">;
  /** Such as `The webhooks could not be read.` */
  readonly failure: string;
  readonly rows?: number;
  readonly children: (data: Data) => ReactNode;
}): ReactNode {
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (error === null) return <TableSkeleton rows={rows} />;
  return <ProblemBox what={failure} error={error} onRetry={() => void refetch()} />;
}
