import type { NumberView } from "@agentcall/contract";
import { Alert, Button, Group, Modal, PasswordInput, Radio, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { removeKey, saveKey, testKey } from "../../api/numbers.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { KeySteps, type KeyTest, refusedBy } from "./key-steps.tsx";

type Props = {
  readonly number: NumberView;
  readonly opened: boolean;
  readonly onClose: () => void;
};

/** Which key pays for a number's calls. A key is typed here, and is never shown again. */
export function KeyDialog({ number, opened, onClose }: Props): ReactNode {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={520}
      title={`OpenAI key for ${phoneNumberText(number.number)}`}
    >
      {/* Closed means gone: the typed key leaves the page together with the form. */}
      {opened ? <Choice number={number} onClose={onClose} /> : null}
    </Modal>
  );
}

function Choice({ number, onClose }: Omit<Props, "opened">): ReactNode {
  const [mode, setMode] = useState<string>(number.voiceMode);
  return (
    <Stack gap="md">
      <Radio.Group label="Which key pays for this number's calls?" value={mode} onChange={setMode}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="managed"
            label="Managed key, $0.40 a minute"
            description="Usage is billed through us and stands in this month's export."
          />
          <Radio
            value="byok"
            label="The customer's own key, $0.10 a minute"
            description="OpenAI bills the customer. The key is sealed on this appliance and never shown again."
          />
        </Stack>
      </Radio.Group>
      {mode === "byok" ? (
        <OwnKey number={number} onClose={onClose} />
      ) : (
        <Managed number={number} onClose={onClose} />
      )}
    </Stack>
  );
}

function OwnKey({ number, onClose }: Omit<Props, "opened">): ReactNode {
  const [apiKey, setApiKey] = useState("");
  const [test, setTest] = useState<KeyTest>({ kind: "idle" });
  const testing = useMutation({
    mutationFn: () => testKey(number.id, apiKey),
    gcTime: 0, // nothing of a key stays in a cache
    onMutate: () => {
      setTest({ kind: "running" });
    },
    onSuccess: ({ model }) => {
      setTest({ kind: "passed", model });
    },
    onError: (error) => {
      setTest(refusedBy(error));
    },
  });
  const saving = useMutation({
    mutationFn: () => saveKey(number.id, apiKey),
    gcTime: 0,
    onSuccess({ keyPreview }) {
      notifications.show({
        title: "Saved: in force from the next call",
        message: `${keyPreview} pays now, at $0.10 instead of $0.40 a minute.`,
      });
      onClose();
    },
    onError: (error) => {
      setTest(refusedBy(error));
    },
  });
  return (
    <Stack gap="md">
      <PasswordInput
        label="Key"
        description="Write-only: after saving, only the last four characters are shown."
        value={apiKey}
        autoComplete="off"
        data-autofocus
        visibilityToggleButtonProps={{ "aria-label": "Show the key while typing" }}
        onChange={(event) => {
          setApiKey(event.currentTarget.value);
          setTest({ kind: "idle" });
        }}
      />
      <KeySteps test={test} />
      {test.kind === "refused" ? <Refused number={number} test={test} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          variant="default"
          disabled={apiKey === ""}
          loading={testing.isPending}
          onClick={() => {
            testing.mutate();
          }}
        >
          Test key
        </Button>
        <Button
          disabled={test.kind !== "passed"}
          title={test.kind === "passed" ? undefined : "Test the key first"}
          loading={saving.isPending}
          onClick={() => {
            saving.mutate();
          }}
        >
          Save and use
        </Button>
      </Group>
    </Stack>
  );
}

function Refused({
  number,
  test,
}: {
  readonly number: NumberView;
  readonly test: Extract<KeyTest, { kind: "refused" }>;
}): ReactNode {
  const inForce =
    number.voiceMode === "byok"
      ? `Calls still use ${number.keyPreview ?? "the former key"}.`
      : "Calls still use the managed key.";
  return (
    <Alert color="red" role="alert" title={`Not saved. ${inForce}`}>
      <Text size="sm">{test.refusal.sentence}</Text>
      <Text size="sm">{test.refusal.remedy}</Text>
    </Alert>
  );
}

function Managed({ number, onClose }: Omit<Props, "opened">): ReactNode {
  const removing = useMutation({
    mutationFn: () => removeKey(number.id),
    onSuccess() {
      notifications.show({ message: "The managed key pays from the next call." });
      onClose();
    },
  });
  const isManaged = number.voiceMode === "managed";
  return (
    <>
      {isManaged ? (
        <Text size="sm" c="dimmed">
          This is in force now.
        </Text>
      ) : (
        <Alert color="yellow">
          The own key {number.keyPreview} is deleted from this appliance. Calls that go on finish
          with it; everything else of the number stays.
        </Alert>
      )}
      {removing.isError ? (
        <ProblemBox what="The key was not changed." error={removing.error} />
      ) : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {isManaged ? "Close" : "Cancel"}
        </Button>
        {isManaged ? null : (
          <Button
            color="red"
            loading={removing.isPending}
            onClick={() => {
              removing.mutate();
            }}
          >
            Delete own key and use managed
          </Button>
        )}
      </Group>
    </>
  );
}
