import { Anchor, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** The caller's own words, and the call in which they fell. */
export function Quote({
  quote,
  callId,
}: {
  readonly quote: string;
  readonly callId: string;
}): ReactNode {
  return (
    <Text size="xs" c="dimmed" component="blockquote" m={0}>
      “{quote}”{" "}
      <Anchor href={`#/calls/${callId}`} size="xs" underline="always">
        in this call
      </Anchor>
    </Text>
  );
}
