import type { ByokKeyHealth, NumberView } from "@agentcall/contract";
import { Anchor, Code, Group, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useNumbers } from "../../api/numbers.ts";
import { useKeyHealth } from "../../api/openai-keys.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Panel } from "../../parts/panel.tsx";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { StatusDot } from "../../parts/status-dot.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { keyStateOf } from "./key-state.ts";

const numbersShownMax = 3; // the rest is counted
const fingerprintChars = 12; // enough to tell keys apart by eye

/** The customers' keys: which numbers each pays for, and what its last call has shown. */
export function OwnKeys(): ReactNode {
  const health = useKeyHealth();
  const { data: numbers = [] } = useNumbers();
  return (
    <Panel
      title="Customers' own keys"
      note="Sealed on this appliance and opened for one call at a time. One line for each key, however many numbers it pays for."
    >
      <Loaded query={health} failure="The health of the keys could not be read.">
        {(keys) =>
          keys.length === 0 ? (
            <EmptyState
              title="No number has a key of its own"
              action={
                <Anchor href="#/numbers" size="sm" underline="always">
                  Go to the numbers
                </Anchor>
              }
            >
              Open a number and choose “Change key…”. OpenAI then bills the customer, and a minute
              costs less here.
            </EmptyState>
          ) : (
            <KeyTable keys={keys} numbers={numbers} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function KeyTable({
  keys,
  numbers,
}: {
  readonly keys: readonly ByokKeyHealth[];
  readonly numbers: readonly NumberView[];
}): ReactNode {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Key</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Numbers</Table.Th>
          <Table.Th>Tested</Table.Th>
          <Table.Th>Last call</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.map((key) => (
          <Table.Tr key={key.fingerprint}>
            <Table.Td>
              <Text size="sm" fw={550}>
                {key.keyPreview}
              </Text>
              <Code title={key.fingerprint}>{key.fingerprint.slice(0, fingerprintChars)}</Code>
            </Table.Td>
            <Table.Td maw={320}>
              <State health={key} />
            </Table.Td>
            <Table.Td>
              <NumbersOf health={key} numbers={numbers} />
            </Table.Td>
            <Table.Td>
              <TimeText at={key.lastTestedAt} />
            </Table.Td>
            <Table.Td>
              {key.lastCallAt === null ? "None yet" : <TimeText at={key.lastCallAt} />}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function State({ health }: { readonly health: ByokKeyHealth }): ReactNode {
  const { kind, words, remedy } = keyStateOf(health);
  return (
    <>
      <StatusDot kind={kind}>{words}</StatusDot>
      {remedy === null ? null : (
        <Text size="xs" c="dimmed">
          {remedy}
        </Text>
      )}
      {health.fallsBack ? (
        <Text size="xs" c="dimmed">
          Calls are carried by the managed key meanwhile.
        </Text>
      ) : null}
    </>
  );
}

function NumbersOf({
  health,
  numbers,
}: {
  readonly health: ByokKeyHealth;
  readonly numbers: readonly NumberView[];
}): ReactNode {
  const more = health.numberIds.length - numbersShownMax;
  return (
    <Group gap="xs">
      {health.numberIds.slice(0, numbersShownMax).map((id) => {
        const number = numbers.find((each) => each.id === id);
        return (
          <Anchor key={id} href={`#/numbers?open=${id}`} size="sm" underline="always">
            {number === undefined ? id : phoneNumberText(number.number)}
          </Anchor>
        );
      })}
      {more > 0 ? <Text size="sm">{`and ${String(more)} more`}</Text> : null}
    </Group>
  );
}
