import { Badge, Group, Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** One box of the overview. */
export function Section({
  title,
  count = 0,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group mb="xs" gap="xs">
        <Title order={2}>{title}</Title>
        {count === 0 ? null : <Badge variant="light">{count}</Badge>}
      </Group>
      {children}
    </Paper>
  );
}
