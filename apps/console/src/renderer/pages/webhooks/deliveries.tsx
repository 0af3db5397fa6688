import type { DeliveryView } from "@agentcall/contract";
import { Accordion, Button, Group, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { redeliver, useDeliveries } from "../../api/webhooks.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { clockText, TimeText } from "../../parts/time-text.tsx";
import { answerText, deliveryStateOf } from "./delivery-text.ts";

/** Each event on its way to a webhook, newest first, with every attempt. */
export function Deliveries({ webhookId }: { readonly webhookId: string }): ReactNode {
  const deliveries = useDeliveries(webhookId);
  return (
    <Loaded query={deliveries} failure="The deliveries could not be read.">
      {(list) =>
        list.length === 0 ? (
          <EmptyState title="Nothing was delivered yet">
            The first event that this webhook is told of appears here, with each attempt and its
            answer.
          </EmptyState>
        ) : (
          <Accordion variant="separated" chevronPosition="left">
            {list.map((delivery) => (
              <Delivery key={delivery.id} webhookId={webhookId} delivery={delivery} />
            ))}
          </Accordion>
        )
      }
    </Loaded>
  );
}

function Delivery({
  webhookId,
  delivery,
}: {
  readonly webhookId: string;
  readonly delivery: DeliveryView;
}): ReactNode {
  const { kind, words } = deliveryStateOf(delivery);
  return (
    <Accordion.Item value={delivery.id}>
      <Accordion.Control>
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm" fw={550}>
              {delivery.event}
            </Text>
            <Text size="xs" c="dimmed" component="div">
              <TimeText at={delivery.createdAt} />
            </Text>
          </div>
          <StatusDot kind={kind}>
            <Text size="sm">{words}</Text>
          </StatusDot>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Attempts webhookId={webhookId} delivery={delivery} />
      </Accordion.Panel>
    </Accordion.Item>
  );
}

function Attempts({
  webhookId,
  delivery,
}: {
  readonly webhookId: string;
  readonly delivery: DeliveryView;
}): ReactNode {
  const again = useMutation({
    mutationFn: () => redeliver(webhookId, delivery.id),
    onSuccess: () => {
      notifications.show({ message: "Sent again as a delivery of its own." });
    },
  });
  return (
    <Stack gap="sm">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Attempt at</Table.Th>
            <Table.Th>Answer</Table.Th>
            <Table.Th ta="right">Took</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {delivery.attempts.map((attempt) => (
            <Table.Tr key={attempt.at}>
              <Table.Td>{clockText(new Date(attempt.at).getTime())}</Table.Td>
              <Table.Td>{answerText(attempt)}</Table.Td>
              <Table.Td ta="right">{`${String(attempt.durationMs)} ms`}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {again.isError ? <ProblemBox what="It was not sent again." error={again.error} /> : null}
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {delivery.callId ?? delivery.eventId}
        </Text>
        <Button
          size="xs"
          variant="default"
          loading={again.isPending}
          onClick={() => {
            again.mutate();
          }}
        >
          Deliver again
        </Button>
      </Group>
    </Stack>
  );
}
