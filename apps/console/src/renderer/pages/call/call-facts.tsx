import type { CallView, EndedBy, FallbackStep, MediaStats } from "@agentcall/contract";
import { Paper, Stack, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { clockText } from "../../parts/time-text.tsx";
import { Waterfall } from "./waterfall-view.tsx";

/** What the appliance knows of the call beside its words. */
export function CallFacts({ call }: { readonly call: CallView }): ReactNode {
  return (
    <Stack gap="md">
      {call.hangupCause === null ? null : <Ending call={call} cause={call.hangupCause} />}
      <Facts title="How fast it was answered">
        <Waterfall call={call} />
      </Facts>
      {call.fallbackSteps.length === 0 ? null : <Fallback call={call} />}
      <Facts title="Sound">
        {call.mediaStats === null ? (
          <Text size="sm" c="dimmed">
            {call.endedAt === null
              ? "Loss and jitter are told when the call has ended."
              : "No sound was exchanged on this call."}
          </Text>
        ) : (
          <Rows rows={soundRows(call.mediaStats)} />
        )}
      </Facts>
      <Facts title="Model and key">
        <Rows rows={modelRows(call)} />
      </Facts>
    </Stack>
  );
}

function Facts({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

type Row = readonly [label: string, value: string];

function Rows({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  return (
    <Table verticalSpacing={3} horizontalSpacing={4} withRowBorders={false}>
      <Table.Tbody>
        {rows.map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th fw={400} scope="row" c="dimmed">
              {label}
            </Table.Th>
            <Table.Td ta="right">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const endedByText: Readonly<Record<EndedBy, string>> = {
  callee: "the called party",
  caller: "the caller",
  agent: "the agent",
  api: "the API or the console",
  system: "the appliance",
};

function Ending({
  call,
  cause,
}: {
  readonly call: CallView;
  readonly cause: NonNullable<CallView["hangupCause"]>;
}): ReactNode {
  return (
    <Facts title="Why it ended">
      <Text size="sm">{cause.message}</Text>
      <Text size="xs" c="dimmed" mt={4}>
        {call.endedBy === null ? "" : `Ended by ${endedByText[call.endedBy]}. `}
        SIP {cause.sipStatus}, Q.850 cause {cause.q850Cause}
      </Text>
    </Facts>
  );
}

const fallbackText: Readonly<Record<FallbackStep["what"], string>> = {
  session_replaced: "A new session with the model took over",
  managed_key: "The managed key stepped in",
  forward: "The call was handed to a person",
  announcement: "An announcement was played",
  rejection: "The call was rejected",
};

function Fallback({ call }: { readonly call: CallView }): ReactNode {
  return (
    <Facts title="What went wrong, and what was done">
      <Stack gap={6}>
        {call.fallbackSteps.map(({ what, message, at }) => (
          <div key={`${what} ${at}`}>
            <Text size="sm">
              {clockText(new Date(at).getTime())} {fallbackText[what]}
            </Text>
            <Text size="xs" c="dimmed">
              {message}
            </Text>
          </div>
        ))}
      </Stack>
    </Facts>
  );
}

const codecText: Readonly<Record<MediaStats["codec"], string>> = {
  PCMU: "G.711 µ-law (PCMU)",
  PCMA: "G.711 A-law (PCMA)",
};

function soundRows(stats: MediaStats): readonly Row[] {
  const expected = stats.packetsReceived + stats.packetsLost;
  const lostShare = expected === 0 ? 0 : stats.packetsLost / expected;
  const trouble: readonly (readonly [string, number])[] = [
    ["Late packets", stats.packetsLate],
    ["Out of order", stats.packetsReordered],
    ["Twice", stats.packetsDuplicate],
    ["From strangers", stats.packetsFromStrangers],
    ["Not RTP", stats.packetsNotRtp],
    ["Not authentic", stats.packetsNotAuthentic],
    ["Gaps in our sound", stats.underruns],
    ["Answers cut at the queue's end", stats.overruns],
  ];
  return [
    ["Codec", codecText[stats.codec]],
    ["Encryption", stats.srtpSuite ?? "none"],
    ["From the caller", `${stats.packetsReceived.toLocaleString()} packets`],
    ["Lost", `${stats.packetsLost.toLocaleString()} (${percentFormat.format(lostShare)})`],
    ["Jitter", `${stats.jitterMs.toFixed(1)} ms`],
    ["To the caller", `${stats.packetsSent.toLocaleString()} packets`],
    ["Furthest from the beat", `${stats.pacingErrorMsMax.toFixed(1)} ms`],
    ...trouble
      .filter(([, count]) => count > 0)
      .map(([label, count]): Row => [label, count.toLocaleString()]),
  ];
}

const percentFormat = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 2,
});

function modelRows({ voiceMode, model, tokenUsage, toolCallCount }: CallView): readonly Row[] {
  const tokens: readonly Row[] =
    tokenUsage === null
      ? []
      : [
          ["Sound in / out", pair(tokenUsage.inputAudioTokens, tokenUsage.outputAudioTokens)],
          ["Text in / out", pair(tokenUsage.inputTextTokens, tokenUsage.outputTextTokens)],
          ["Of it from the cache", `${tokenUsage.inputCachedTokens.toLocaleString()} tokens`],
        ];
  return [
    ["Key", voiceMode === null ? "None was used" : keyWords[voiceMode]],
    ["Model", model ?? "–"],
    ["Tool calls", toolCallCount.toLocaleString()],
    ...tokens,
  ];
}

const keyWords = { byok: "The number's own key", managed: "Managed key" } as const;

function pair(input: number, output: number): string {
  return `${input.toLocaleString()} / ${output.toLocaleString()} tokens`;
}
