import {
  exportFormatSchema,
  type ExportScheduleView,
  type ExportFormat,
} from "@agentcall/contract";
import {
  Button,
  Group,
  Modal,
  PasswordInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { ApiError } from "../../api/api-client.ts";
import { changeExportSchedule } from "../../api/exports.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";

const formatNames: Readonly<Record<ExportFormat, string>> = {
  cloudevents: "AgentCall billing (CloudEvents, signed answer)",
  openmeter: "OpenMeter",
  stripe: "Stripe meter events",
  csv: "CSV by HTTP",
};

/** Where batches are sent, and when. */
export function ScheduleDialog({
  schedule,
  opened,
  onClose,
}: {
  readonly schedule: ExportScheduleView;
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Modal opened={opened} onClose={onClose} title="When and where billing is told" size={560}>
      {/* Closed means gone: a token leaves the page together with the form. */}
      {opened ? <Form schedule={schedule} onClose={onClose} /> : null}
    </Modal>
  );
}

function Form({
  schedule,
  onClose,
}: {
  readonly schedule: ExportScheduleView;
  readonly onClose: () => void;
}): ReactNode {
  const [draft, setDraft] = useState({
    cron: schedule.cron,
    timezone: schedule.timezone,
    endpoint: schedule.endpoint ?? "",
    format: schedule.format,
    receiverKey: schedule.receiverKey ?? "",
    credential: "",
  });
  const change = (part: Partial<typeof draft>): void => {
    setDraft({ ...draft, ...part });
  };
  const save = useMutation({
    mutationFn: () =>
      changeExportSchedule({
        cron: draft.cron,
        timezone: draft.timezone,
        endpoint: draft.endpoint.trim() || null,
        format: draft.format,
        receiverKey: draft.receiverKey.trim() || null,
        ...(draft.credential === "" ? {} : { credential: draft.credential }),
      }),
    gcTime: 0, // a token was in it
    onSuccess() {
      notifications.show({ message: "Saved: in force from the next run." });
      onClose();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Receiver's address"
          description="Empty: batches are sealed and fetched as files"
          value={draft.endpoint}
          error={fields["endpoint"]}
          onChange={(event) => {
            change({ endpoint: event.currentTarget.value });
          }}
        />
        <Select
          label="Receiver"
          data={exportFormatSchema.options.map((value) => ({ value, label: formatNames[value] }))}
          value={draft.format}
          allowDeselect={false}
          onChange={(format) => {
            change({ format: exportFormatSchema.parse(format) });
          }}
        />
        <PasswordInput
          label="Token"
          description="Sent as a bearer token; sealed, and never shown"
          placeholder={schedule.hasCredential ? "Stored; type to replace it" : ""}
          autoComplete="new-password"
          value={draft.credential}
          error={fields["credential"]}
          onChange={(event) => {
            change({ credential: event.currentTarget.value });
          }}
        />
        {draft.format === "cloudevents" ? (
          <Textarea
            label="Receiver's public key"
            description="Ed25519 as PEM: its answers are believed by this key"
            autosize
            minRows={3}
            value={draft.receiverKey}
            error={fields["receiverKey"]}
            onChange={(event) => {
              change({ receiverKey: event.currentTarget.value });
            }}
          />
        ) : null}
        <Group grow align="flex-start">
          <TextInput
            label="When"
            description="Minute, hour, day, month, weekday"
            required
            value={draft.cron}
            error={fields["cron"]}
            onChange={(event) => {
              change({ cron: event.currentTarget.value });
            }}
          />
          <TextInput
            label="Time zone"
            description="Such as Europe/Berlin"
            required
            value={draft.timezone}
            error={fields["timezone"]}
            onChange={(event) => {
              change({ timezone: event.currentTarget.value });
            }}
          />
        </Group>
        {save.isError ? <ProblemBox what="The schedule was not saved." error={save.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
