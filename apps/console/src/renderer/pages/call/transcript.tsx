import type { CallView } from "@agentcall/contract";
import { Badge, Box, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranscript } from "../../api/calls.ts";
import { useSpokenParts } from "../../api/spoken-now.ts";
import { durationText } from "../../parts/duration-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { type TranscriptLine, transcriptLines } from "./transcript-lines.ts";

/** What was said, and while the call goes on what is being said, word by word. */
export function Transcript({ call }: { readonly call: CallView }): ReactNode {
  const { data, error, refetch } = useTranscript(call.id);
  const parts = useSpokenParts(call.id);
  const isLive = call.endedAt === null;
  const zeroMs = new Date(call.answeredAt ?? call.startedAt).getTime();
  return (
    <Paper withBorder p="md" component="section" aria-label="Transcript">
      <Group justify="space-between" mb="xs">
        <Title order={2}>Transcript</Title>
        {isLive ? (
          <Text size="xs" c="dimmed">
            as it is spoken
          </Text>
        ) : null}
      </Group>
      {isLive ? null : (
        <Text size="xs" c="dimmed" mb="xs">
          There is no recording to listen to: this version of the appliance keeps the words of a
          call, not its sound.
        </Text>
      )}
      {data === undefined && error === null ? <LineSkeletons /> : null}
      {data === undefined && error !== null ? (
        <ProblemBox
          what="The transcript could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data === undefined ? null : (
        <Lines lines={transcriptLines(data.entries, parts, zeroMs)} isLive={isLive} />
      )}
    </Paper>
  );
}

function Lines({
  lines,
  isLive,
}: {
  readonly lines: readonly TranscriptLine[];
  readonly isLive: boolean;
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    // Whoever has scrolled back to read is left there.
    if (isLive && isAtEnd.current) frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [lines, isLive]);
  if (lines.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        {isLive ? "Nothing has been said yet." : "Nothing was said on this call."}
      </Text>
    );
  }
  return (
    <Box
      ref={frame}
      className="transcript"
      role={isLive ? "log" : "group"}
      aria-label="What was said"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < endTolerancePx;
      }}
    >
      {lines.map((line) => (
        <Line key={line.itemId} line={line} />
      ))}
    </Box>
  );
}

const endTolerancePx = 24; // about a line: whoever sees the last one follows

function Line({ line: { role, text, atMs, state } }: { readonly line: TranscriptLine }): ReactNode {
  return (
    <div className="transcript-line">
      <Text size="xs" c="dimmed" pt={1}>
        {atMs === null ? "now" : durationText(atMs)}
      </Text>
      <div>
        <Group gap={8}>
          <Text size="xs" c={role === "ai" ? "teal" : "dimmed"} fw={550}>
            {role === "ai" ? "Agent" : "Caller"}
          </Text>
          {state === "interrupted" ? (
            <Badge size="xs" variant="outline" color="gray" tt="none" fw={550}>
              interrupted by the caller
            </Badge>
          ) : null}
        </Group>
        <Text size="sm">
          {text === "" ? <NotHeard /> : text}
          {state === "interrupted" && text !== "" ? " —" : ""}
          {state === "speaking" ? " …" : ""}
        </Text>
      </div>
    </div>
  );
}

/** The caller spoke before a word of the answer could be heard. */
function NotHeard(): ReactNode {
  return (
    <Text component="span" size="sm" c="dimmed">
      No word of it was heard.
    </Text>
  );
}

const skeletonLines = 6;

function LineSkeletons(): ReactNode {
  return (
    <Stack gap={10} aria-busy aria-label="Loading">
      {Array.from({ length: skeletonLines }, (_, index) => (
        <Skeleton key={index} height={30} />
      ))}
    </Stack>
  );
}
