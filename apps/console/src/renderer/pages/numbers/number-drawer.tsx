import type { NumberView } from "@agentcall/contract";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconKey, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { RecordDrawer } from "../../parts/record-drawer.tsx";
import { useGuardedClose } from "../../parts/unsaved-guard.tsx";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { AgentForm } from "./agent-form.tsx";
import { DeleteNumber } from "./delete-number.tsx";
import { KeyDialog } from "./key-dialog.tsx";

/** One number: which key pays, and its agent. The table beside it stays in sight. */
export function NumberDrawer({
  number,
  onClose,
}: {
  readonly number: NumberView | null;
  readonly onClose: () => void;
}): ReactNode {
  const { close, setDirty } = useGuardedClose("this number", onClose);
  return (
    <RecordDrawer
      opened={number !== null}
      onClose={close}
      size={500}
      title={number === null ? null : <Heading number={number} />}
    >
      {number === null ? null : (
        <Content key={number.id} number={number} onDirty={setDirty} onDeleted={onClose} />
      )}
    </RecordDrawer>
  );
}

function Heading({ number }: { readonly number: NumberView }): ReactNode {
  return (
    <>
      <Text size="lg" fw={650}>
        {phoneNumberText(number.number)}
      </Text>
      <Text size="sm" c="dimmed">
        {number.label ?? "No label"}
      </Text>
    </>
  );
}

function Content({
  number,
  onDirty,
  onDeleted,
}: {
  readonly number: NumberView;
  readonly onDirty: (isDirty: boolean) => void;
  readonly onDeleted: () => void;
}): ReactNode {
  const [choosingKey, setChoosingKey] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const { voiceMode, keyPreview } = number;
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Text fw={600}>OpenAI key</Text>
          <Text size="sm" c="dimmed">
            {voiceMode === "byok"
              ? `The customer's own, ${keyPreview ?? ""}: $0.10 a minute.`
              : "The appliance's managed key: $0.40 a minute."}
          </Text>
        </div>
        <Button
          variant="default"
          leftSection={<IconKey size={16} />}
          onClick={() => {
            setChoosingKey(true);
          }}
        >
          Change key…
        </Button>
      </Group>
      <AgentForm number={number} onDirty={onDirty} />
      <Group justify="flex-end">
        <Button
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} />}
          onClick={() => {
            setDeleting(true);
          }}
        >
          Remove number…
        </Button>
      </Group>
      <KeyDialog
        number={number}
        opened={choosingKey}
        onClose={() => {
          setChoosingKey(false);
        }}
      />
      <DeleteNumber
        number={number}
        opened={deleting}
        onClose={() => {
          setDeleting(false);
        }}
        onDeleted={onDeleted}
      />
    </Stack>
  );
}
