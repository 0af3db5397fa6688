import { Anchor, Badge, Group, Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** One box of the overview. */
export function Section({
  title,
  count = 0,
  more,
  children,
}: {
  readonly title: string;
  readonly count?: number;
  /** The screen that shows the whole of it. */
  readonly more?: { readonly path: string; readonly words: string };
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group mb="xs" gap="xs">
        <Title order={2}>{title}</Title>
        {count === 0 ? null : <Badge variant="light">{count}</Badge>}
        {more === undefined ? null : (
          <Anchor href={`#${more.path}`} size="sm" ml="auto">
            {more.words}
          </Anchor>
        )}
      </Group>
      {children}
    </Paper>
  );
}
