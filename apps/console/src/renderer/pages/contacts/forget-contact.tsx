import type { ContactView } from "@agentcall/contract";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { forgetContact } from "../../api/contacts.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";

/** Wipes what is known of a caller. It cannot be taken back, so the last four digits are asked for. */
export function ForgetContact({
  contact,
  onForgotten,
}: {
  readonly contact: ContactView;
  readonly onForgotten: () => void;
}): ReactNode {
  const [opened, setOpened] = useState(false);
  const close = (): void => {
    setOpened(false);
  };
  return (
    <Group justify="flex-end" mt="lg">
      <Button
        variant="subtle"
        color="red"
        leftSection={<IconTrash size={16} />}
        onClick={() => {
          setOpened(true);
        }}
      >
        Forget this caller…
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Forget ${contact.displayName ?? phoneNumberText(contact.phone)}?`}
      >
        {opened ? <Question contact={contact} onClose={close} onForgotten={onForgotten} /> : null}
      </Modal>
    </Group>
  );
}

function Question({
  contact,
  onClose,
  onForgotten,
}: {
  readonly contact: ContactView;
  readonly onClose: () => void;
  readonly onForgotten: () => void;
}): ReactNode {
  const [digits, setDigits] = useState("");
  const lastFour = contact.phone.slice(-4);
  const forget = useMutation({
    mutationFn: () => forgetContact(contact.id),
    onSuccess() {
      notifications.show({ message: `${phoneNumberText(contact.phone)} is forgotten.` });
      onForgotten();
    },
  });
  return (
    <Stack gap="sm">
      <Text size="sm">
        Name, notes, memory, candidates and briefs are wiped, and reports of this caller's calls are
        emptied. That calls were made, and what they cost, stays.
      </Text>
      <TextInput
        label={`Type the last four digits, ${lastFour}`}
        value={digits}
        data-autofocus
        onChange={(event) => {
          setDigits(event.currentTarget.value);
        }}
      />
      {forget.isError ? (
        <ProblemBox what="The caller was not forgotten." error={forget.error} />
      ) : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Keep
        </Button>
        <Button
          color="red"
          disabled={digits !== lastFour}
          loading={forget.isPending}
          onClick={() => {
            forget.mutate();
          }}
        >
          Forget caller
        </Button>
      </Group>
    </Stack>
  );
}
