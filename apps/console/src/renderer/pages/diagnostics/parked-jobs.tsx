import type { JobView } from "@agentcall/contract";
import { Button, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { retryJob, useParkedJobs } from "../../api/diagnostics.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Panel } from "../../parts/panel.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { TimeText } from "../../parts/time-text.tsx";

/** Work that failed for the last time and waits for a person. */
export function ParkedJobs(): ReactNode {
  const jobs = useParkedJobs();
  const retry = useMutation({
    mutationFn: retryJob,
    onSuccess: () => {
      notifications.show({ message: "It is tried again now." });
    },
  });
  return (
    <Panel
      title="Parked jobs"
      note="Work in the background that was tried as often as it may be. Mend the cause, then try it again."
    >
      {retry.isError ? <ProblemBox what="It was not tried again." error={retry.error} /> : null}
      <Loaded query={jobs} failure="The jobs could not be read.">
        {(list) =>
          list.length === 0 ? (
            <StatusDot kind="good">Nothing waits for you.</StatusDot>
          ) : (
            <JobTable
              jobs={list}
              retryingId={retry.isPending ? retry.variables : null}
              onRetry={(id) => {
                retry.mutate(id);
              }}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

function JobTable({
  jobs,
  retryingId,
  onRetry,
}: {
  readonly jobs: readonly JobView[];
  readonly retryingId: string | null;
  readonly onRetry: (id: string) => void;
}): ReactNode {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Job</Table.Th>
          <Table.Th>Why it gave up</Table.Th>
          <Table.Th>Attempts</Table.Th>
          <Table.Th>Since</Table.Th>
          <Table.Th aria-label="Actions" w={110} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {jobs.map(({ id, kind, subject, lastReason, attempts, updatedAt }) => (
          <Table.Tr key={id}>
            <Table.Td>
              {kind}
              <Text size="xs" c="dimmed">
                {subject}
              </Text>
            </Table.Td>
            <Table.Td>{lastReason ?? "Not told"}</Table.Td>
            <Table.Td>{attempts}</Table.Td>
            <Table.Td>
              <TimeText at={updatedAt} />
            </Table.Td>
            <Table.Td>
              <Button
                size="xs"
                variant="default"
                loading={retryingId === id}
                aria-label={`Try ${kind} ${subject} again`}
                onClick={() => {
                  onRetry(id);
                }}
              >
                Try again
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
