import type { WebhookView } from "@agentcall/contract";
import { Button, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { z } from "zod";
import { useWebhooks } from "../../api/webhooks.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { moveRowFocus } from "../../parts/row-focus.ts";
import { TimeText } from "../../parts/time-text.tsx";
import { CreateWebhook } from "./create-webhook.tsx";
import { WebhookDrawer } from "./webhook-drawer.tsx";

const searchSchema = z.object({ open: z.string().nullable().catch(null) });

/** Who is told of what happens, and how each telling went. */
export function Page(): ReactNode {
  const webhooks = useWebhooks();
  const { open } = searchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const show = (id: string | null): void => {
    void navigate({ to: "/webhooks", search: { open: id }, replace: true });
  };
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      onClick={() => {
        setCreating(true);
      }}
    >
      Add webhook…
    </Button>
  );
  return (
    <>
      <PageHead title="Webhooks">{add}</PageHead>
      <Loaded query={webhooks} failure="The webhooks could not be read.">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="Nobody is told yet" action={add}>
              A webhook is an address of yours that is told of calls, transcripts and exports,
              signed and again for a day until it answers. You need an https address.
            </EmptyState>
          ) : (
            <WebhookTable webhooks={list} openId={open} onOpen={show} />
          )
        }
      </Loaded>
      <CreateWebhook
        opened={creating}
        onClose={() => {
          setCreating(false);
        }}
      />
      <WebhookDrawer
        webhook={webhooks.data?.find(({ id }) => id === open) ?? null}
        onClose={() => {
          show(null);
        }}
      />
    </>
  );
}

function WebhookTable({
  webhooks,
  openId,
  onOpen,
}: {
  readonly webhooks: readonly WebhookView[];
  readonly openId: string | null;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  return (
    <Table highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Address</Table.Th>
          <Table.Th>Is told of</Table.Th>
          <Table.Th w={160}>Since</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {webhooks.map(({ id, url, events, createdAt }) => (
          <Table.Tr
            key={id}
            className={openId === id ? "row-link row-selected" : "row-link"}
            tabIndex={0}
            aria-label={`Webhook ${url}`}
            onClick={() => {
              onOpen(id);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter") onOpen(id);
              else moveRowFocus(event);
            }}
          >
            <Table.Td maw={360}>
              <Text size="sm" fw={550} truncate>
                {url}
              </Text>
            </Table.Td>
            <Table.Td>{events.join(", ")}</Table.Td>
            <Table.Td>
              <TimeText at={createdAt} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
