import type { UsageView } from "@agentcall/contract";
import { Group, Skeleton, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useUsageThisMonth } from "../../api/usage.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { Section } from "./section.tsx";

/** Calls, minutes and money of this month, and how much of it went over own keys. */
export function ThisMonth(): ReactNode {
  const { data, error, refetch } = useUsageThisMonth();
  return (
    <Section title="This month">
      {data === undefined && error === null ? <Skeleton height={44} aria-label="Loading" /> : null}
      {data === undefined && error !== null ? (
        <ProblemBox
          what="This month's usage could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data === undefined ? null : <Figures usage={data} />}
    </Section>
  );
}

function Figures({ usage: { total, items } }: { readonly usage: UsageView }): ReactNode {
  const ownMinutes = items
    .filter(({ voiceMode }) => voiceMode === "byok")
    .reduce((sum, { billedMinutes }) => sum + billedMinutes, 0);
  return (
    <Group gap={48}>
      <Figure value={total.amount} label="charged" />
      <Figure value={minutesText(total.billedMinutes)} label="billed minutes" />
      <Figure value={minutesText(ownMinutes)} label="of them over own keys" />
      <Figure value={total.calls.toLocaleString()} label="charged calls" />
    </Group>
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
