import { Alert, Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { useNumbers } from "../../api/numbers.ts";
import { deleteManagedKey, saveManagedKey } from "../../api/openai-keys.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Panel } from "../../parts/panel.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { KeySteps, type KeyTest, refusedBy } from "../numbers/key-steps.tsx";

/** The one key that pays for every number without a key of its own. */
export function ManagedKey(): ReactNode {
  const { data: numbers = [] } = useNumbers();
  const [dialog, setDialog] = useState<"save" | "delete" | null>(null);
  const managed = numbers.filter(({ voiceMode }) => voiceMode === "managed");
  const waiting = managed.filter(({ status }) => status === "managed_key_missing").length;
  const close = (): void => {
    setDialog(null);
  };
  return (
    <Panel
      title="Managed key"
      note={`Pays for the ${countText(managed.length)} without a key of its own.`}
      actions={
        <>
          <Button
            variant="subtle"
            color="red"
            onClick={() => {
              setDialog("delete");
            }}
          >
            Delete…
          </Button>
          <Button
            variant="default"
            onClick={() => {
              setDialog("save");
            }}
          >
            Set key…
          </Button>
        </>
      }
    >
      {waiting > 0 ? (
        <StatusDot kind="bad">
          {`There is no managed key: ${countText(waiting)} cannot answer.`}
        </StatusDot>
      ) : (
        <StatusDot kind="good">No number waits for one.</StatusDot>
      )}
      <Modal opened={dialog === "save"} onClose={close} title="Set the managed key" size={520}>
        {/* Closed means gone: the typed key leaves the page together with the form. */}
        {dialog === "save" ? <SaveForm onClose={close} /> : null}
      </Modal>
      <ConfirmDialog
        opened={dialog === "delete"}
        onClose={close}
        title="Delete the managed key?"
        verb="Delete managed key"
        keep="Keep it"
        failure="The managed key was not deleted."
        act={deleteManagedKey}
      >
        <Text size="sm">
          The key that was saved here is wiped from this appliance. Without another one, given at
          its start, {countText(managed.length)} cannot answer from the next call. Numbers with a
          key of their own go on.
        </Text>
      </ConfirmDialog>
    </Panel>
  );
}

function SaveForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [apiKey, setApiKey] = useState("");
  const [test, setTest] = useState<KeyTest>({ kind: "idle" });
  const saving = useMutation({
    mutationFn: () => saveManagedKey(apiKey),
    gcTime: 0, // nothing of a key stays in a cache
    onMutate: () => {
      setTest({ kind: "running" });
    },
    onSuccess: (keyPreview) => {
      notifications.show({
        title: "Saved: in force from the next call",
        message: `${keyPreview} is the managed key now.`,
      });
      onClose();
    },
    onError: (error) => {
      setTest(refusedBy(error));
    },
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <PasswordInput
          label="Key"
          description="Tested by a real session first, then sealed. After that only its last four characters are shown."
          value={apiKey}
          autoComplete="off"
          required
          data-autofocus
          visibilityToggleButtonProps={{ "aria-label": "Show the key while typing" }}
          onChange={(event) => {
            setApiKey(event.currentTarget.value);
            setTest({ kind: "idle" });
          }}
        />
        <KeySteps test={test} />
        {test.kind === "refused" ? (
          <Alert color="red" role="alert" title="Not saved. The former managed key stays.">
            <Text size="sm">{test.refusal.sentence}</Text>
            <Text size="sm">{test.refusal.remedy}</Text>
          </Alert>
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.isPending}>
            Test and save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function countText(count: number): string {
  return count === 1 ? "one number" : `${String(count)} numbers`;
}
