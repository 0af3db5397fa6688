import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconSend } from "@tabler/icons-react";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ExportScheduleView } from "@agentcall/contract";
import { beginEpoch, runExport, useExportBatches, useExportSchedule } from "../../api/exports.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Panel } from "../../parts/panel.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { BatchTable } from "./batch-table.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";

/** When billing is told, how far it has been told, and each batch. */
export function Exports(): ReactNode {
  const schedule = useExportSchedule();
  const batches = useExportBatches();
  return (
    <Stack gap="lg">
      <Loaded query={schedule} failure="The schedule could not be read.">
        {(view) => <Schedule schedule={view} />}
      </Loaded>
      <Loaded query={batches} failure="The exports could not be read.">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="Nothing was exported yet">
              What was charged is sealed into batches on schedule. Each can be fetched as a file,
              for a site without a line to billing.
            </EmptyState>
          ) : (
            <BatchTable batches={list} />
          )
        }
      </Loaded>
    </Stack>
  );
}

function Schedule({ schedule }: { readonly schedule: ExportScheduleView }): ReactNode {
  const [changing, setChanging] = useState(false);
  const run = useMutation({
    mutationFn: runExport,
    onSuccess({ batch }) {
      notifications.show({
        message:
          batch === null
            ? "Nothing new was charged; what waits is sent now."
            : `${String(batch.entryCount)} entries are sealed and on their way.`,
      });
    },
  });
  return (
    <Panel
      title="Schedule"
      note={
        schedule.endpoint === null
          ? "No receiver is set: batches are sealed and wait to be fetched as files."
          : `Sent to ${schedule.endpoint} as ${schedule.format}.`
      }
      actions={
        <>
          <Button
            variant="default"
            onClick={() => {
              setChanging(true);
            }}
          >
            Change…
          </Button>
          <Button
            leftSection={<IconSend size={16} />}
            loading={run.isPending}
            onClick={() => {
              run.mutate();
            }}
          >
            Run now
          </Button>
        </>
      }
    >
      <Stack gap="sm">
        <Halted schedule={schedule} />
        <Facts
          facts={[
            ["Next run", <TimeText key="next" at={schedule.nextRunAt} />],
            ["When", `${schedule.cron}, ${schedule.timezone}`],
            ["Acknowledged up to entry", schedule.watermark.toLocaleString()],
            ["Not acknowledged yet", `${schedule.backlog.toLocaleString()} entries`],
          ]}
        />
        {run.isError ? <ProblemBox what="The export was not run." error={run.error} /> : null}
      </Stack>
      <ScheduleDialog
        schedule={schedule}
        opened={changing}
        onClose={() => {
          setChanging(false);
        }}
      />
    </Panel>
  );
}

/** Why billing is told nothing at the moment, and what somebody has to do about it. */
function Halted({ schedule }: { readonly schedule: ExportScheduleView }): ReactNode {
  const [asking, setAsking] = useState(false);
  if (schedule.halted === null && schedule.failingSince === null) return null;
  const isFork = schedule.halted === "fork";
  const title = isFork
    ? "Billing knows another history than this appliance"
    : schedule.halted === "parked"
      ? "Billing has refused a batch"
      : "Billing cannot be reached";
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title={title}>
      <Group gap={4}>
        <Text size="sm">{schedule.lastProblem ?? "No reason was given."}</Text>
        {schedule.failingSince === null ? null : (
          <Text size="sm" component="div">
            Failing since <TimeText at={schedule.failingSince} />
          </Text>
        )}
      </Group>
      <Text size="sm">
        {isFork
          ? "A backup was restored or the machine was cloned. Nothing is sent until a new epoch begins."
          : "Nothing is lost: it is tried again, and Run now tries at once."}
      </Text>
      {isFork ? (
        <Button
          mt="xs"
          size="xs"
          variant="default"
          onClick={() => {
            setAsking(true);
          }}
        >
          Begin a new epoch…
        </Button>
      ) : null}
      <ConfirmDialog
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        title="Begin a new epoch?"
        verb="Begin it"
        failure="No epoch was begun."
        isLoss={false}
        act={beginEpoch}
      >
        <Text size="sm">
          What is charged from now on is counted anew and told to billing. Entries that billing has
          already are not told again; ask it which ones it has from after the backup.
        </Text>
      </ConfirmDialog>
    </Alert>
  );
}
