import { Box, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Names and values under each other, the names in one column. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
}): ReactNode {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <Box key={name} className="fact">
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm">
            {value}
          </Text>
        </Box>
      ))}
    </dl>
  );
}
