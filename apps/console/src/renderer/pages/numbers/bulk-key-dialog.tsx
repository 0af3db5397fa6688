import type { NumberView } from "@agentcall/contract";
import { Alert, Button, Group, Modal, PasswordInput, Stack, Table, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { saveKeyForMany } from "../../api/numbers.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { KeySteps, type KeyTest, refusedBy } from "./key-steps.tsx";

type Props = {
  readonly numbers: readonly NumberView[];
  readonly opened: boolean;
  readonly onClose: () => void;
};

/** One key for several numbers: one test, then all of them or none. */
export function BulkKeyDialog({ numbers, opened, onClose }: Props): ReactNode {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={560}
      title={`One own key for ${String(numbers.length)} numbers`}
    >
      {opened ? <Content numbers={numbers} onClose={onClose} /> : null}
    </Modal>
  );
}

function Content({ numbers, onClose }: Omit<Props, "opened">): ReactNode {
  const [apiKey, setApiKey] = useState("");
  const [test, setTest] = useState<KeyTest>({ kind: "idle" });
  const saving = useMutation({
    mutationFn: () =>
      saveKeyForMany(
        numbers.map(({ id }) => id),
        apiKey,
      ),
    gcTime: 0, // nothing of a key stays in a cache
    onMutate: () => {
      setTest({ kind: "running" });
    },
    onSuccess: () => {
      setTest({ kind: "passed", model: "" });
      setApiKey("");
    },
    onError: (error) => {
      setTest(refusedBy(error));
    },
  });
  const results = new Map(
    saving.data?.numbers.map(({ numberId, voiceMode }): [string, string] => [numberId, voiceMode]),
  );
  return (
    <Stack gap="md">
      <Text size="sm">
        The key is tested once. If OpenAI refuses it, no number changes; otherwise all of them use
        it from their next call.
      </Text>
      {saving.isSuccess ? null : (
        <PasswordInput
          label="Key"
          value={apiKey}
          autoComplete="off"
          data-autofocus
          visibilityToggleButtonProps={{ "aria-label": "Show the key while typing" }}
          onChange={(event) => {
            setApiKey(event.currentTarget.value);
            setTest({ kind: "idle" });
          }}
        />
      )}
      <KeySteps test={test} />
      {test.kind === "refused" ? (
        <Alert color="red" role="alert" title="No number was changed.">
          {test.refusal.sentence} {test.refusal.remedy}
        </Alert>
      ) : null}
      <Table.ScrollContainer minWidth={0} mah={240} type="native">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Number</Table.Th>
              <Table.Th>Key now</Table.Th>
              <Table.Th>Result</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {numbers.map(({ id, number, keyPreview }) => (
              <Table.Tr key={id}>
                <Table.Td>{phoneNumberText(number)}</Table.Td>
                <Table.Td>{keyPreview ?? "Managed"}</Table.Td>
                <Table.Td>{results.get(id) === "byok" ? "Own key in force" : "–"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {saving.isSuccess ? "Done" : "Cancel"}
        </Button>
        {saving.isSuccess ? null : (
          <Button
            disabled={apiKey === ""}
            loading={saving.isPending}
            onClick={() => {
              saving.mutate();
            }}
          >
            Test and give to all
          </Button>
        )}
      </Group>
    </Stack>
  );
}
