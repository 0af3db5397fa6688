import type { CallView } from "@agentcall/contract";
import { Table } from "@mantine/core";
import { IconPhoneIncoming, IconPhoneOutgoing } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { partiesOf } from "../../parts/call-party.ts";
import { callStateOf } from "../../parts/call-state.ts";
import { durationText } from "../../parts/duration-text.ts";
import { keyText } from "../../parts/key-text.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { rowLink } from "../../parts/row-link.ts";
import { StatusDot } from "../../parts/status-dot.tsx";
import { momentText } from "../../parts/time-text.tsx";

/** One line a call; each leads to its page. */
export function HistoryTable({ calls }: { readonly calls: readonly CallView[] }): ReactNode {
  return (
    <Table highlightOnHover stickyHeader stickyHeaderOffset={-16}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Began</Table.Th>
          <Table.Th>Caller</Table.Th>
          <Table.Th>Number</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Lasted</Table.Th>
          <Table.Th>Why it ended</Table.Th>
          <Table.Th>Key</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {calls.map((call) => (
          <Row key={call.id} call={call} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ call }: { readonly call: CallView }): ReactNode {
  const navigate = useNavigate();
  const { ours, theirs } = partiesOf(call);
  const state = callStateOf(call.status);
  const DirectionIcon = call.direction === "inbound" ? IconPhoneIncoming : IconPhoneOutgoing;
  return (
    <Table.Tr
      className="row-link"
      aria-label={`Call with ${theirs}`}
      {...rowLink(() => void navigate({ to: `/calls/${call.id}` }))}
    >
      <Table.Td style={{ whiteSpace: "nowrap" }}>{momentText(call.startedAt)}</Table.Td>
      <Table.Td fw={550} style={{ whiteSpace: "nowrap" }}>
        <DirectionIcon size={14} aria-label={call.direction} className="direction-icon" />
        {phoneNumberText(theirs)}
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{phoneNumberText(ours)}</Table.Td>
      <Table.Td>
        <StatusDot kind={state.kind}>{state.words}</StatusDot>
      </Table.Td>
      <Table.Td>{call.durationMs === null ? "–" : durationText(call.durationMs)}</Table.Td>
      <Table.Td>{call.hangupCause?.message ?? "–"}</Table.Td>
      <Table.Td>{keyText(call.voiceMode)}</Table.Td>
    </Table.Tr>
  );
}
