import type { UsageView } from "@agentcall/contract";
import { Group, Select, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useUsage } from "../../api/usage.ts";
import { systemClock } from "../../../shared/time.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { keyText } from "../../parts/key-text.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { moneyText } from "../../parts/money-text.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { monthName, monthOf, monthsUntil } from "./months.ts";
import { savedMicros } from "./saving.ts";
import { UsageBar } from "./usage-bar.tsx";

const clock = systemClock();
const monthsShown = 24;

/** What each number has cost in a month, by the key that paid. */
export function MonthUsage({
  period,
  onPeriod,
}: {
  /** Null: this month. */
  readonly period: string | null;
  readonly onPeriod: (period: string) => void;
}): ReactNode {
  const thisMonth = monthOf(clock.nowMs());
  const month = period ?? thisMonth;
  const usage = useUsage(month);
  return (
    <Stack gap="md">
      <Select
        label="Month, in UTC"
        w={220}
        data={monthsUntil(thisMonth, monthsShown).map((value) => ({
          value,
          label: monthName(value),
        }))}
        value={month}
        allowDeselect={false}
        onChange={(value) => {
          if (value !== null) onPeriod(value);
        }}
      />
      <Loaded query={usage} failure="The usage could not be read.">
        {(view) =>
          view.items.length === 0 ? (
            <EmptyState title="Nothing was charged in this month">
              A call is charged from its answer to its end; one that nobody answers costs nothing.
            </EmptyState>
          ) : (
            <Figures usage={view} />
          )
        }
      </Loaded>
    </Stack>
  );
}

function Figures({ usage }: { readonly usage: UsageView }): ReactNode {
  const saved = savedMicros(usage);
  return (
    <>
      <Group gap={48}>
        <Figure value={usage.total.amount} label="charged" />
        <Figure value={minutesText(usage.total.billedMinutes)} label="billed minutes" />
        <Figure value={usage.total.calls.toLocaleString()} label="charged calls" />
        {saved === 0 ? null : (
          <Figure value={moneyText(saved)} label="less than over the managed key" />
        )}
      </Group>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Number</Table.Th>
            <Table.Th>Key</Table.Th>
            <Table.Th ta="right">Calls</Table.Th>
            <Table.Th ta="right">Billed minutes</Table.Th>
            <Table.Th w="24%" aria-label="Share of the minutes" />
            <Table.Th ta="right">Charged</Table.Th>
            <Table.Th ta="right">OpenAI's bill, about</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {usage.items.map((item) => (
            <Table.Tr key={`${item.numberId} ${item.voiceMode}`}>
              <Table.Td fw={550}>
                {item.number === null ? "A number since removed" : phoneNumberText(item.number)}
              </Table.Td>
              <Table.Td>{keyText(item.voiceMode)}</Table.Td>
              <Table.Td ta="right">{item.calls.toLocaleString()}</Table.Td>
              <Table.Td ta="right">{minutesText(item.billedMinutes)}</Table.Td>
              <Table.Td>
                <UsageBar share={item.billedMinutes / Math.max(1, usage.total.billedMinutes)} />
              </Table.Td>
              <Table.Td ta="right">{item.amount}</Table.Td>
              <Table.Td ta="right">
                {item.estimatedProviderCostMicros === null
                  ? "not known"
                  : moneyText(item.estimatedProviderCostMicros)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        OpenAI's bill is estimated by its list prices from the tokens that it counted. It goes to
        whoever owns the key, and is no part of what is charged.
      </Text>
    </>
  );
}

function Figure({ value, label }: { readonly value: string; readonly label: string }): ReactNode {
  return (
    <div>
      <Text size="xl" fw={650}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </div>
  );
}

function minutesText(minutes: number): string {
  return minutes.toLocaleString(undefined, { maximumFractionDigits: 1 });
}
