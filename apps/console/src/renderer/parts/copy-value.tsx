import { ActionIcon, Code, CopyButton, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** A text that somebody needs elsewhere, with a button that copies it. */
export function CopyValue({
  label,
  value,
}: {
  /** What it is, for the button's name: `API key`. */
  readonly label: string;
  readonly value: string;
}): ReactNode {
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <Code style={{ overflowWrap: "anywhere" }}>{value}</Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy"}>
            <ActionIcon
              size="sm"
              variant="subtle"
              color={copied ? "teal" : "gray"}
              aria-label={`Copy ${label}`}
              onClick={copy}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}

/** A secret that is told once: said so, and copied with one press. */
export function ShownOnce({
  label,
  value,
  use,
}: {
  readonly label: string;
  readonly value: string;
  /** Where it belongs. */
  readonly use: string;
}): ReactNode {
  return (
    <>
      <Text size="sm" mb="xs">
        {use} It is shown this once: the appliance cannot show it again.
      </Text>
      <CopyValue label={label} value={value} />
    </>
  );
}
