import { Progress } from "@mantine/core";
import type { ReactNode } from "react";

/** How much of the whole it is; the number beside it says the same, so it is silent. */
export function UsageBar({ share }: { readonly share: number }): ReactNode {
  return <Progress value={100 * Math.min(1, share)} size="sm" aria-hidden />;
}
