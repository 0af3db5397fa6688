import type { CallView, Speaker } from "@agentcall/contract";
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useCall } from "../../api/calls.ts";
import { partiesOf } from "../../parts/call-party.ts";
import { callStateOf } from "../../parts/call-state.ts";
import { durationText } from "../../parts/duration-text.ts";
import { keyText } from "../../parts/key-text.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { rowLink } from "../../parts/row-link.ts";
import { RunningTime } from "../../parts/running-time.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";

/** One call of the table; one that has ended says why, and fades. */
export function LiveCallRow({
  call,
  isOver,
  speaker,
  label,
  onOpen,
}: {
  readonly call: CallView;
  readonly isOver: boolean;
  /** Who speaks now. */
  readonly speaker: Speaker | null;
  /** Of the number that was called. */
  readonly label: string | null;
  readonly onOpen: () => void;
}): ReactNode {
  const { ours, theirs } = partiesOf(call);
  return (
    <Table.Tr
      className={isOver ? "row-link row-ended" : "row-link"}
      aria-label={`Call with ${theirs}`}
      {...rowLink(onOpen)}
    >
      <Table.Td>
        {isOver ? <EndedDuration id={call.id} /> : <RunningTime since={call.startedAt} />}
      </Table.Td>
      <Table.Td fw={550}>{phoneNumberText(theirs)}</Table.Td>
      <Table.Td>
        {phoneNumberText(ours)}
        {label === null ? null : (
          <Text component="span" inherit c="dimmed">
            {` ${label}`}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {isOver ? (
          <EndedState id={call.id} />
        ) : (
          <StatusDot kind={callStateOf(call.status).kind}>{wordsOf(call, speaker)}</StatusDot>
        )}
      </Table.Td>
      <Table.Td>{answeredAfter(call)}</Table.Td>
      <Table.Td>{keyText(call.voiceMode)}</Table.Td>
    </Table.Tr>
  );
}

/** The record is there once the call has ended: it is read for this row alone. */
function EndedState({ id }: { readonly id: string }): ReactNode {
  const { data } = useCall(id);
  return <StatusDot kind="off">{data?.hangupCause?.message ?? "Ended"}</StatusDot>;
}

function EndedDuration({ id }: { readonly id: string }): ReactNode {
  const { data } = useCall(id);
  return data?.durationMs == null ? "–" : durationText(data.durationMs);
}

function wordsOf({ status }: CallView, speaker: Speaker | null): string {
  if (status !== "in-progress") return callStateOf(status).words;
  switch (speaker) {
    case "ai":
      return "Agent speaks";
    case "human":
      return "Caller speaks";
    case null:
      return "Listening";
  }
}

function answeredAfter({ startedAt, answeredAt }: CallView): string {
  if (answeredAt === null) return "–";
  const ms = new Date(answeredAt).getTime() - new Date(startedAt).getTime();
  return `${(ms / 1_000).toFixed(1)} s`;
}
