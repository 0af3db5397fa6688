import type { NumberView } from "@agentcall/contract";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { deleteNumber } from "../../api/numbers.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";

/** Names what is lost, and asks for the last four digits: this cannot be taken back. */
export function DeleteNumber({
  number,
  opened,
  onClose,
  onDeleted,
}: {
  readonly number: NumberView;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}): ReactNode {
  const [digits, setDigits] = useState("");
  const remove = useMutation({
    mutationFn: () => deleteNumber(number.id),
    onSuccess() {
      notifications.show({ message: `${phoneNumberText(number.number)} is removed.` });
      onClose();
      onDeleted();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={`Remove ${phoneNumberText(number.number)}?`}>
      <Stack gap="sm">
        <Text size="sm">
          Its agent{number.hasByokKey ? " and its OpenAI key are" : " is"} deleted, and calls to it
          are refused from now on. Past calls and their transcripts stay.
        </Text>
        <TextInput
          label={`Type its last four digits, ${number.number.slice(-4)}`}
          value={digits}
          data-autofocus
          onChange={(event) => {
            setDigits(event.currentTarget.value);
          }}
        />
        {remove.isError ? (
          <ProblemBox what="The number was not removed." error={remove.error} />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="red"
            disabled={digits !== number.number.slice(-4)}
            loading={remove.isPending}
            onClick={() => {
              remove.mutate();
            }}
          >
            Remove number
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
