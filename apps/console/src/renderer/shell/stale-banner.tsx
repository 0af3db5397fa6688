import { Alert, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useLiveState } from "../api/use-live.ts";
import { clockText } from "../parts/time-text.tsx";

/** Says that what is shown is old, from when it is, and that calls are not affected by it. */
export function StaleBanner(): ReactNode {
  const state = useLiveState();
  if (state.kind !== "stale") return null;
  return (
    <Alert
      color="yellow"
      role="status"
      mb="sm"
      icon={<IconPlugConnectedX size={18} />}
      title={
        <Text component="span" inherit c="var(--mantine-color-text)">
          {`Shown as of ${clockText(state.sinceMs)}`}
        </Text>
      }
    >
      {state.sentence} The console keeps trying, and nothing you typed is lost. Calls do not need
      the console: they go on.
    </Alert>
  );
}
