import { Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** What this place is for, and the next step. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <Center mih={260}>
      <Stack align="center" gap="xs" maw={440}>
        <Title order={2}>{title}</Title>
        <Text c="dimmed" ta="center">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}
