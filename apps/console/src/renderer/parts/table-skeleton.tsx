import { Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";

/** The shape of a table while its rows are on their way. */
export function TableSkeleton({ rows = 8 }: { readonly rows?: number }): ReactNode {
  return (
    <Stack gap={10} aria-busy aria-label="Loading" role="status">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={22} radius="sm" />
      ))}
    </Stack>
  );
}
