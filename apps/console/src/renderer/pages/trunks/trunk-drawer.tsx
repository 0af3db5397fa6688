import type { TrunkView } from "@agentcall/contract";
import { Button, Group, Stack, Tabs, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import { changeTrunk, deleteTrunk } from "../../api/trunks.ts";
import { RecordDrawer } from "../../parts/record-drawer.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { useGuardedClose, useUnsavedGuard } from "../../parts/unsaved-guard.tsx";
import { differs, draftOf, settingsOf } from "./trunk-draft.ts";
import { TrunkForm } from "./trunk-form.tsx";
import { TrunkStatus } from "./trunk-status.tsx";
import { TrunkTest } from "./trunk-test.tsx";

/** One trunk: how it fares, its test, and its settings. */
export function TrunkDrawer({
  trunk,
  onClose,
}: {
  readonly trunk: TrunkView | null;
  readonly onClose: () => void;
}): ReactNode {
  const { close, setDirty } = useGuardedClose("this trunk", onClose);
  return (
    <RecordDrawer
      opened={trunk !== null}
      onClose={close}
      title={
        <Text size="lg" fw={650}>
          {trunk?.name}
        </Text>
      }
    >
      {trunk === null ? null : (
        <Content key={trunk.id} trunk={trunk} onDirty={setDirty} onDeleted={onClose} />
      )}
    </RecordDrawer>
  );
}

function Content({
  trunk,
  onDirty,
  onDeleted,
}: {
  readonly trunk: TrunkView;
  readonly onDirty: (isDirty: boolean) => void;
  readonly onDeleted: () => void;
}): ReactNode {
  const [deleting, setDeleting] = useState(false);
  const saved = draftOf(trunk);
  const [draft, setDraft] = useState(saved);
  const isDirty = differs(draft, saved);
  useUnsavedGuard(isDirty, "this trunk");
  useEffect(() => {
    onDirty(isDirty);
    return () => {
      onDirty(false);
    };
  }, [isDirty, onDirty]);
  return (
    <Tabs defaultValue="status">
      <Tabs.List mb="md">
        <Tabs.Tab value="status">Status</Tabs.Tab>
        <Tabs.Tab value="settings">Settings</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="status">
        <Stack gap="lg">
          <TrunkStatus trunkId={trunk.id} />
          <TrunkTest trunkId={trunk.id} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <TrunkForm
          draft={draft}
          saved={saved}
          onChange={setDraft}
          passwordIsStored={trunk.credentials?.hasPassword ?? false}
          verb="Save trunk"
          failure="The trunk was not saved."
          save={async () => {
            setDraft(draftOf(await changeTrunk(trunk.id, settingsOf(draft))));
          }}
        />
        <Group justify="flex-end" mt="lg">
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={16} />}
            onClick={() => {
              setDeleting(true);
            }}
          >
            Remove trunk…
          </Button>
        </Group>
      </Tabs.Panel>
      <ConfirmDialog
        opened={deleting}
        onClose={() => {
          setDeleting(false);
        }}
        title={`Remove ${trunk.name}?`}
        verb="Remove trunk"
        keep="Keep it"
        failure="The trunk was not removed."
        act={async () => {
          await deleteTrunk(trunk.id);
          onDeleted();
        }}
      >
        <Text size="sm">
          Calls from this carrier are refused from now on, and its password is deleted. Calls that
          go on are not cut; past calls stay.
        </Text>
      </ConfirmDialog>
    </Tabs>
  );
}
