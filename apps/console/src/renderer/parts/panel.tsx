import { Box, Group, Paper, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** One box of a screen: what it is, in a sentence, and what one can do with it. */
export function Panel({
  title,
  note,
  actions,
  children,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <Box miw={0}>
          <Title order={2}>{title}</Title>
          {note === undefined ? null : (
            <Text size="sm" c="dimmed" maw={680}>
              {note}
            </Text>
          )}
        </Box>
        <Group gap="xs" wrap="nowrap">
          {actions}
        </Group>
      </Group>
      {children === undefined ? null : <Box mt="sm">{children}</Box>}
    </Paper>
  );
}
