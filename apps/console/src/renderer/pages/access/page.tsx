import type { ApiKeyView } from "@agentcall/contract";
import { Badge, Button, Stack, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { revokeApiKey, useApiKeys } from "../../api/api-keys.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Panel } from "../../parts/panel.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { CreateApiKey } from "./create-api-key.tsx";
import { PairAnother } from "./pair-another.tsx";
import { RoleList } from "./role-list.tsx";

/** Who may use the appliance: programs by their keys, consoles by pairing. */
export function Page(): ReactNode {
  const keys = useApiKeys();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKeyView | null>(null);
  return (
    <>
      <PageHead title="Access">
        <Button
          leftSection={<IconPlus size={16} />}
          onClick={() => {
            setCreating(true);
          }}
        >
          Create API key…
        </Button>
      </PageHead>
      <Stack gap="md">
        <Panel
          title="API keys"
          note="One for each program and console, so that each can be revoked alone. Only a hash of a key is stored."
        >
          <Loaded query={keys} failure="The API keys could not be read.">
            {(list) => <KeyTable keys={list} onRevoke={setRevoking} />}
          </Loaded>
        </Panel>
        <Panel
          title="Consoles"
          note="A console of another admin pairs with a code that is good once, for ten minutes."
          actions={<PairAnother />}
        />
        <Panel title="Roles">
          <RoleList />
        </Panel>
      </Stack>
      <CreateApiKey
        opened={creating}
        onClose={() => {
          setCreating(false);
        }}
      />
      <Revoke
        apiKey={revoking}
        onClose={() => {
          setRevoking(null);
        }}
      />
    </>
  );
}

function KeyTable({
  keys,
  onRevoke,
}: {
  readonly keys: readonly ApiKeyView[];
  readonly onRevoke: (key: ApiKeyView) => void;
}): ReactNode {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Label</Table.Th>
          <Table.Th>Role</Table.Th>
          <Table.Th>Created</Table.Th>
          <Table.Th>Last used</Table.Th>
          <Table.Th aria-label="Actions" w={110} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.map((key) => (
          <Table.Tr key={key.id} aria-label={`API key ${labelOf(key)}`}>
            <Table.Td>
              {labelOf(key)}
              <Text size="xs" c="dimmed">
                {key.id}
              </Text>
            </Table.Td>
            <Table.Td>
              <Badge variant="default" tt="none">
                {key.role}
              </Badge>
            </Table.Td>
            <Table.Td>
              <TimeText at={key.createdAt} />
            </Table.Td>
            <Table.Td>
              {key.lastUsedAt === null ? "Never" : <TimeText at={key.lastUsedAt} />}
            </Table.Td>
            <Table.Td>
              <Button
                size="xs"
                variant="subtle"
                color="red"
                aria-label={`Revoke ${labelOf(key)}`}
                onClick={() => {
                  onRevoke(key);
                }}
              >
                Revoke…
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Revoke({
  apiKey,
  onClose,
}: {
  readonly apiKey: ApiKeyView | null;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <ConfirmDialog
      opened={apiKey !== null}
      onClose={onClose}
      title={`Revoke “${apiKey === null ? "" : labelOf(apiKey)}”?`}
      verb="Revoke key"
      keep="Keep it"
      failure="The key was not revoked."
      act={async () => (apiKey === null ? null : revokeApiKey(apiKey.id))}
    >
      <Text size="sm">
        Whatever uses this key is refused from its next request, and nothing brings the key back.
        {apiKey?.label?.startsWith("console:") === true
          ? " That console has to pair again; if it is this one, its screens stop here."
          : ""}{" "}
        Calls are not affected.
      </Text>
    </ConfirmDialog>
  );
}

function labelOf({ label, id }: ApiKeyView): string {
  return label ?? id;
}
