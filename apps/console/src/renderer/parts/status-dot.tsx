import { Group } from "@mantine/core";
import type { ReactNode } from "react";

export type StatusKind = "good" | "waiting" | "bad" | "off";

const colors: Readonly<Record<StatusKind, string>> = {
  good: "var(--mantine-color-teal-6)",
  waiting: "var(--mantine-color-yellow-7)",
  bad: "var(--mantine-color-red-7)",
  off: "var(--mantine-color-gray-5)",
};

/** A dot before words: the words say the state, the colour only helps to find it. */
export function StatusDot({
  kind,
  children,
}: {
  readonly kind: StatusKind;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Group gap={8} wrap="nowrap" align="center">
      <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden>
        <circle cx="4" cy="4" r="4" fill={colors[kind]} />
      </svg>
      {children}
    </Group>
  );
}
