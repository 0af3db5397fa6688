import type { WebhookView } from "@agentcall/contract";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconRefresh, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { deleteWebhook, rotateWebhookSecret } from "../../api/webhooks.ts";
import { RecordDrawer } from "../../parts/record-drawer.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { SecretShown } from "./create-webhook.tsx";
import { Deliveries } from "./deliveries.tsx";

/** One webhook: its deliveries, another secret, and its end. */
export function WebhookDrawer({
  webhook,
  onClose,
}: {
  readonly webhook: WebhookView | null;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <RecordDrawer
      opened={webhook !== null}
      onClose={onClose}
      title={
        <Text fw={650} style={{ overflowWrap: "anywhere" }}>
          {webhook?.url}
        </Text>
      }
    >
      {webhook === null ? null : <Content key={webhook.id} webhook={webhook} onClose={onClose} />}
    </RecordDrawer>
  );
}

function Content({
  webhook,
  onClose,
}: {
  readonly webhook: WebhookView;
  readonly onClose: () => void;
}): ReactNode {
  const [dialog, setDialog] = useState<"rotate" | "delete" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const close = (): void => {
    setDialog(null);
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" c="dimmed" component="div">
          {webhook.formerSecretUntil === null ? (
            "One secret is valid."
          ) : (
            <Group gap={4}>
              The former secret is valid too until <TimeText at={webhook.formerSecretUntil} />
            </Group>
          )}
        </Text>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={14} />}
          onClick={() => {
            setDialog("rotate");
          }}
        >
          Rotate secret…
        </Button>
      </Group>
      <Deliveries webhookId={webhook.id} />
      <Group justify="flex-end">
        <Button
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} />}
          onClick={() => {
            setDialog("delete");
          }}
        >
          Remove webhook…
        </Button>
      </Group>
      <ConfirmDialog
        opened={dialog === "rotate"}
        onClose={close}
        title="Rotate the secret?"
        verb="Rotate secret"
        failure="The secret was not rotated."
        isLoss={false}
        act={async () => {
          setSecret((await rotateWebhookSecret(webhook.id)).secret);
        }}
      >
        <Text size="sm">
          Deliveries are signed with both secrets for a day, so that your server can change over
          without missing one.
        </Text>
      </ConfirmDialog>
      <Modal
        opened={secret !== null}
        onClose={() => {
          setSecret(null);
        }}
        title="The new secret"
      >
        <SecretShown
          secret={secret}
          onClose={() => {
            setSecret(null);
          }}
        />
      </Modal>
      <ConfirmDialog
        opened={dialog === "delete"}
        onClose={close}
        title="Remove this webhook?"
        verb="Remove webhook"
        keep="Keep it"
        failure="The webhook was not removed."
        act={async () => {
          await deleteWebhook(webhook.id);
          onClose();
        }}
      >
        <Text size="sm">
          {webhook.url} is told nothing more. Deliveries that still wait are dropped, and the record
          of those made is deleted.
        </Text>
      </ConfirmDialog>
    </Stack>
  );
}
