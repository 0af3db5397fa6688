import type { ExportBatchView } from "@agentcall/contract";
import { Button, Group, Table, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { batchFile } from "../../api/exports.ts";
import { moneyText } from "../../parts/money-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { saveFile } from "../../parts/save-file.ts";
import { StatusDot, type StatusKind } from "../../parts/status-dot.tsx";
import { TimeText } from "../../parts/time-text.tsx";

const states: Readonly<
  Record<ExportBatchView["state"], readonly [kind: StatusKind, words: string]>
> = {
  sealed: ["waiting", "On its way"],
  acknowledged: ["good", "Acknowledged"],
  parked: ["bad", "Refused"],
};

const fileNames = { csv: "CSV", cloudevents: "Signed" } as const;

/** Each batch with what became of it, and as a file. */
export function BatchTable({
  batches,
}: {
  readonly batches: readonly ExportBatchView[];
}): ReactNode {
  const save = useMutation({
    mutationFn: async ({ id, format }: { id: string; format: "cloudevents" | "csv" }) => {
      const { name, content } = await batchFile(id, format);
      saveFile(name, content);
    },
  });
  return (
    <>
      {save.isError ? <ProblemBox what="The file was not fetched." error={save.error} /> : null}
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Batch</Table.Th>
            <Table.Th>Sealed</Table.Th>
            <Table.Th ta="right">Entries</Table.Th>
            <Table.Th ta="right">Amount</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th ta="right">Attempts</Table.Th>
            <Table.Th>As a file</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {batches.map((batch) => (
            <Table.Tr key={batch.id} aria-label={`Batch ${String(batch.number)}`}>
              <Table.Td fw={550}>{`${String(batch.epoch)}/${String(batch.number)}`}</Table.Td>
              <Table.Td>
                <TimeText at={batch.sealedAt} />
              </Table.Td>
              <Table.Td ta="right">
                {batch.entryCount.toLocaleString()}
                <Text size="xs" c="dimmed">
                  {`${String(batch.fromSequence)} to ${String(batch.toSequence)}`}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{moneyText(batch.amountMicros)}</Table.Td>
              <Table.Td maw={260}>
                <StatusDot kind={states[batch.state][0]}>{states[batch.state][1]}</StatusDot>
                <Problem batch={batch} />
              </Table.Td>
              <Table.Td ta="right">{batch.attempts}</Table.Td>
              <Table.Td>
                <Group gap={4} wrap="nowrap">
                  {(["csv", "cloudevents"] as const).map((format) => (
                    <Button
                      key={format}
                      size="compact-xs"
                      variant="default"
                      aria-label={`${fileNames[format]} file of batch ${String(batch.number)}`}
                      onClick={() => {
                        save.mutate({ id: batch.id, format });
                      }}
                    >
                      {fileNames[format]}
                    </Button>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" mt="xs">
        A signed file is checked without the appliance by npm run verify-export.
      </Text>
    </>
  );
}

function Problem({ batch }: { readonly batch: ExportBatchView }): ReactNode {
  const [first] = batch.rejected;
  const problem =
    first === undefined
      ? batch.state === "acknowledged"
        ? null
        : batch.lastProblem
      : `${String(batch.rejected.length)} entries refused, the first: ${first.reason}`;
  if (problem === null) return null;
  return (
    <Text size="xs" c="dimmed">
      {problem}
    </Text>
  );
}
