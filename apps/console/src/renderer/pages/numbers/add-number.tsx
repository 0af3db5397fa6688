import type { NumberView } from "@agentcall/contract";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { ApiError } from "../../api/api-client.ts";
import { createNumber } from "../../api/numbers.ts";

/** A number of the carrier, registered so that it can have an agent. */
export function AddNumber({
  opened,
  onClose,
  onAdded,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onAdded: (number: NumberView) => void;
}): ReactNode {
  return (
    <Modal opened={opened} onClose={onClose} title="Add a number">
      <Form
        onAdded={(number) => {
          onClose();
          onAdded(number);
        }}
        onClose={onClose}
      />
    </Modal>
  );
}

function Form({
  onAdded,
  onClose,
}: {
  readonly onAdded: (number: NumberView) => void;
  readonly onClose: () => void;
}): ReactNode {
  const [number, setNumber] = useState("+");
  const [label, setLabel] = useState("");
  const add = useMutation({
    mutationFn: () => createNumber(number.replaceAll(/[\s()-]/g, ""), label.trim()),
    onSuccess: onAdded,
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Number"
          description="With its country code, as your carrier knows it"
          value={number}
          required
          data-autofocus
          error={sentenceOf(add.error)}
          onChange={(event) => {
            setNumber(event.currentTarget.value);
          }}
        />
        <TextInput
          label="Label"
          description="What it is for, such as Front desk"
          value={label}
          onChange={(event) => {
            setLabel(event.currentTarget.value);
          }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add number
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function sentenceOf(error: unknown): string | null {
  if (error === null) return null;
  if (!(error instanceof ApiError)) return "The number could not be added.";
  return error.fields["number"] ?? error.message;
}
