import type { CallView } from "@agentcall/contract";
import { Table, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { useLiveCalls } from "../../api/calls.ts";
import { useNumbers } from "../../api/numbers.ts";
import { spokenPartOf } from "../../api/spoken-part.ts";
import { useLiveMessages } from "../../api/use-live.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { useNow } from "../../parts/running-time.tsx";
import { TableSkeleton } from "../../parts/table-skeleton.tsx";
import { type LiveRow, nextLiveRows } from "./live-rows.ts";
import { LiveCallRow } from "./live-call-row.tsx";
import { nextSpeaking, type Speaking } from "./speaking.ts";

/** The calls that go on now. */
export function Page(): ReactNode {
  const { data, error, refetch } = useLiveCalls();
  if (data !== undefined) return <LiveCalls calls={data} />;
  return (
    <>
      <PageHead title="Live calls" />
      {error === null ? (
        <TableSkeleton />
      ) : (
        <ProblemBox
          what="The live calls could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      )}
    </>
  );
}

function LiveCalls({ calls }: { readonly calls: readonly CallView[] }): ReactNode {
  const rows = useLiveRows(calls);
  const speaking = useSpeaking();
  const labels = useNumberLabels();
  const navigate = useNavigate();
  return (
    <>
      <PageHead title="Live calls" count={String(calls.length)} />
      {rows.length === 0 ? (
        <EmptyState title="No call goes on now">
          A call appears here the moment it rings. Ended calls are under Calls.
        </EmptyState>
      ) : (
        <Table highlightOnHover layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={90}>Since</Table.Th>
              <Table.Th w="17%">Caller</Table.Th>
              <Table.Th w="28%">Number</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th w={130}>Answered after</Table.Th>
              <Table.Th w={100}>Key</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ call, endedAtMs }) => (
              <LiveCallRow
                key={call.id}
                call={call}
                isOver={endedAtMs !== null}
                speaker={speaking.get(call.id) ?? null}
                label={labels.get(call.numberId ?? "") ?? null}
                onOpen={() => void navigate({ to: `/calls/${call.id}` })}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Text size="xs" c="dimmed" mt="sm">
        Arrow keys move, Enter opens a call.
      </Text>
    </>
  );
}

const ageCheckMs = 1_000;

function useLiveRows(calls: readonly CallView[]): readonly LiveRow[] {
  const nowMs = useNow(ageCheckMs);
  const [rows, setRows] = useState<readonly LiveRow[]>(() => nextLiveRows([], calls, nowMs));
  useEffect(() => {
    setRows((former) => nextLiveRows(former, calls, nowMs));
  }, [calls, nowMs]);
  return rows;
}

function useSpeaking(): Speaking {
  const [speaking, setSpeaking] = useState<Speaking>(new Map());
  useLiveMessages(
    useCallback((message) => {
      const part = spokenPartOf(message);
      if (part !== null) setSpeaking((former) => nextSpeaking(former, part));
    }, []),
  );
  return speaking;
}

function useNumberLabels(): ReadonlyMap<string, string | null> {
  const { data: numbers = [] } = useNumbers();
  return new Map(numbers.map(({ id, label }) => [id, label]));
}
