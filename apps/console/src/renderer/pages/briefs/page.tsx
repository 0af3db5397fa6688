import { type BriefState, briefStateSchema, type BriefView } from "@agentcall/contract";
import { Anchor, Button, Group, Paper, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { z } from "zod";
import { settleBrief, useBriefs } from "../../api/briefs.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { StatusDot, type StatusKind } from "../../parts/status-dot.tsx";
import { TimeText } from "../../parts/time-text.tsx";

const searchSchema = z.object({ status: briefStateSchema.catch("open") });

const states: readonly { readonly value: BriefState; readonly label: string }[] = [
  { value: "open", label: "To look at" },
  { value: "acknowledged", label: "Seen" },
  { value: "resolved", label: "Done" },
];

/** What callers want somebody to know or to do, until somebody has. */
export function Page(): ReactNode {
  const { status } = searchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  const briefs = useBriefs(status);
  return (
    <>
      <PageHead title="Briefs">
        <SegmentedControl
          aria-label="Which briefs"
          data={[...states]}
          value={status}
          onChange={(next) => {
            void navigate({ to: "/briefs", search: { status: next }, replace: true });
          }}
        />
      </PageHead>
      <Loaded query={briefs} failure="The briefs could not be read.">
        {(list) =>
          list.length === 0 ? (
            <Nothing status={status} />
          ) : (
            <Stack gap="xs">
              {list.map((brief) => (
                <Brief key={brief.id} brief={brief} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </>
  );
}

function Nothing({ status }: { readonly status: BriefState }): ReactNode {
  if (status !== "open") {
    return (
      <EmptyState title="None here">Briefs come here once somebody has dealt with them.</EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing to look at">
      When a caller leaves something that a person should know, it stands here some seconds after
      the call.
    </EmptyState>
  );
}

const urgencies: Readonly<
  Record<BriefView["urgency"], readonly [kind: StatusKind, words: string]>
> = {
  high: ["bad", "Urgent"],
  medium: ["waiting", "Soon"],
  low: ["off", "When there is time"],
};

function Brief({ brief }: { readonly brief: BriefView }): ReactNode {
  const settle = useMutation({
    mutationFn: (step: "ack" | "resolve") => settleBrief(brief.id, step),
  });
  const [kind, words] = urgencies[brief.urgency];
  return (
    <Paper withBorder p="sm" component="article" aria-label={`Brief: ${brief.text}`}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Group gap="xs">
            <StatusDot kind={kind}>
              <Text size="sm" fw={550}>
                {words}
              </Text>
            </StatusDot>
            <Text size="xs" c="dimmed" component="div">
              <TimeText at={brief.createdAt} />
            </Text>
            <Anchor href={`#/calls/${brief.callId}`} size="xs" underline="always">
              The call
            </Anchor>
          </Group>
          <Text size="sm" mt={6}>
            {brief.text}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          {brief.status === "open" ? (
            <Button
              size="xs"
              variant="default"
              loading={settle.isPending}
              onClick={() => {
                settle.mutate("ack");
              }}
            >
              Seen
            </Button>
          ) : null}
          {brief.status === "resolved" ? null : (
            <Button
              size="xs"
              loading={settle.isPending}
              onClick={() => {
                settle.mutate("resolve");
              }}
            >
              Done
            </Button>
          )}
        </Group>
      </Group>
      {settle.isError ? (
        <ProblemBox what="The brief stayed as it was." error={settle.error} />
      ) : null}
    </Paper>
  );
}
