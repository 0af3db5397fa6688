import type { CallView } from "@agentcall/contract";
import { Table, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { callStateOf } from "../../parts/call-state.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { rowLink } from "../../parts/row-link.ts";
import { TimeText } from "../../parts/time-text.tsx";

/** Calls in a few words each. */
export function CallTable({
  calls,
  none,
}: {
  readonly calls: readonly CallView[];
  /** What is said where there are none. */
  readonly none: string;
}): ReactNode {
  const navigate = useNavigate();
  if (calls.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        {none}
      </Text>
    );
  }
  return (
    <Table highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Since</Table.Th>
          <Table.Th>Caller</Table.Th>
          <Table.Th>Number</Table.Th>
          <Table.Th>State</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {calls.map(({ id, startedAt, from, to, status, hangupCause }) => (
          <Table.Tr
            key={id}
            className="row-link"
            aria-label={`Call with ${from}`}
            {...rowLink(() => void navigate({ to: `/calls/${id}` }))}
          >
            <Table.Td>
              <TimeText at={startedAt} />
            </Table.Td>
            <Table.Td>{phoneNumberText(from)}</Table.Td>
            <Table.Td>{phoneNumberText(to)}</Table.Td>
            <Table.Td>{hangupCause?.message ?? callStateOf(status).words}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
