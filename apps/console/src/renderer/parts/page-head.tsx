import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** The head of a screen: its name, how many there are, and what one can do. */
export function PageHead({
  title,
  count,
  children,
}: {
  readonly title: string;
  readonly count?: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <Group justify="space-between" mb="sm" wrap="nowrap">
      <Group gap="xs" align="baseline">
        <Title order={1}>{title}</Title>
        {count === undefined ? null : <Text c="dimmed">{count}</Text>}
      </Group>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
