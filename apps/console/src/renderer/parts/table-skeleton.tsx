import { Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";

const rowCount = 8;

/** The shape of a table while its rows are on their way. */
export function TableSkeleton(): ReactNode {
  return (
    <Stack gap={10} aria-busy aria-label="Loading">
      {Array.from({ length: rowCount }, (_, index) => (
        <Skeleton key={index} height={22} radius="sm" />
      ))}
    </Stack>
  );
}
