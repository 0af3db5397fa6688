import type { CallView } from "@agentcall/contract";
import { Anchor, Grid, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { z } from "zod";
import { useCall } from "../../api/calls.ts";
import { partiesOf } from "../../parts/call-party.ts";
import { callStateOf } from "../../parts/call-state.ts";
import { durationText } from "../../parts/duration-text.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { RunningTime } from "../../parts/running-time.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { momentText } from "../../parts/time-text.tsx";
import { CallFacts } from "./call-facts.tsx";
import { HangUp } from "./hang-up.tsx";
import { Transcript } from "./transcript.tsx";

const paramsSchema = z.object({ callId: z.string() });

/** One call, from its first ringing to long after its end. Esc goes back to where one came from. */
export function Page(): ReactNode {
  const { callId } = paramsSchema.parse(useParams({ strict: false }));
  useHotkeys([["Escape", goBack]]);
  const { data: call, error, refetch } = useCall(callId);
  if (call !== undefined) return <OneCall call={call} />;
  if (error === null) return <CallSkeleton />;
  return (
    <>
      <PageHead title="Call" />
      <ProblemBox
        what="This call could not be read."
        error={error}
        onRetry={() => void refetch()}
      />
    </>
  );
}

/** Not where Esc closes a dialog. */
function goBack({ target }: KeyboardEvent): void {
  if (target instanceof Element && target.closest("[role=dialog]") !== null) return;
  globalThis.history.back();
}

function OneCall({ call }: { readonly call: CallView }): ReactNode {
  const { ours, theirs } = partiesOf(call);
  const state = callStateOf(call.status);
  const isLive = call.endedAt === null;
  return (
    <>
      <PageHead
        title={`Call ${call.direction === "inbound" ? "from" : "to"} ${phoneNumberText(theirs)}`}
      >
        {isLive ? <HangUp call={call} /> : null}
      </PageHead>
      <Group gap="md" mb="md" fz="sm">
        <StatusDot kind={state.kind}>
          <Text size="sm" fw={550}>
            {state.words}
          </Text>
        </StatusDot>
        <Text size="sm" c="dimmed">
          {momentText(call.startedAt)}
        </Text>
        <Text size="sm">
          {isLive ? <RunningTime since={call.startedAt} /> : durationText(call.durationMs ?? 0)}
        </Text>
        <Text size="sm">
          {call.direction === "inbound" ? "to " : "from "}
          <Anchor href={`#/numbers?open=${call.numberId ?? ""}`} size="sm" underline="always">
            {phoneNumberText(ours)}
          </Anchor>
        </Text>
      </Group>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Transcript call={call} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <CallFacts call={call} />
        </Grid.Col>
      </Grid>
    </>
  );
}

function CallSkeleton(): ReactNode {
  return (
    <Stack aria-busy aria-label="Loading">
      <Skeleton height={26} width={320} />
      <Grid gap="lg">
        <Grid.Col span={7}>
          <Skeleton height={360} />
        </Grid.Col>
        <Grid.Col span={5}>
          <Skeleton height={360} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
