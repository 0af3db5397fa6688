import { Badge } from "@mantine/core";
import type { ReactNode } from "react";
import { useLiveCalls } from "../api/calls.ts";

/** How many calls go on now; nothing where none does. */
export function LiveCount(): ReactNode {
  const { data: calls = [] } = useLiveCalls();
  if (calls.length === 0) return null;
  return (
    <Badge variant="light" size="sm" aria-label={`${String(calls.length)} now`}>
      {calls.length}
    </Badge>
  );
}
