import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/api-client.ts";

/** What failed, what still works, and what to do about it. */
export function ProblemBox({
  what,
  error,
  onRetry,
}: {
  /** What was being done, such as `The numbers could not be read.` */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}): ReactNode {
  const told = error instanceof ApiError ? error : null;
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle size={18} />} title={what}>
      <Text size="sm">
        {told?.message ?? "The console met something that it does not know."} Calls are not
        affected.
      </Text>
      <Group mt="xs" gap="xs">
        {onRetry === undefined ? null : (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
        {told === null ? null : (
          <Text size="xs" c="dimmed">
            {told.status === 0 ? told.code : `${told.code}, HTTP ${String(told.status)}`}
          </Text>
        )}
      </Group>
    </Alert>
  );
}
