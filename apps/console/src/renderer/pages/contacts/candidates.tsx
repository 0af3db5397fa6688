import type { CandidateView } from "@agentcall/contract";
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { decideCandidate, useCandidates } from "../../api/contacts.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { Quote } from "./quote.tsx";

/** What a call has offered and nobody has decided, and what was turned away with the reason. */
export function Candidates({ contactId }: { readonly contactId: string }): ReactNode {
  const { data: pending = [] } = useCandidates(contactId, "pending");
  const { data: rejected = [] } = useCandidates(contactId, "rejected");
  if (pending.length + rejected.length === 0) return null;
  return (
    <section aria-label="To decide">
      <Title order={2}>To decide</Title>
      <Stack gap="xs" mt="xs">
        {[...pending, ...rejected].map((candidate) => (
          <Candidate key={candidate.id} candidate={candidate} />
        ))}
      </Stack>
    </section>
  );
}

function Candidate({ candidate }: { readonly candidate: CandidateView }): ReactNode {
  const decide = useMutation({
    mutationFn: (decision: "approve" | "reject") => decideCandidate(candidate.id, decision),
  });
  const isPending = candidate.status === "pending";
  return (
    <Paper withBorder p="sm">
      <Text size="xs" c="dimmed">
        {candidate.slot}
        {isPending ? "" : `, not taken: ${candidate.reason ?? "by the owner"}`}
      </Text>
      <Text size="sm">{candidate.text}</Text>
      <Quote quote={candidate.quote} callId={candidate.sourceCallId} />
      <Group justify="flex-end" gap="xs" mt="xs">
        {isPending ? (
          <Button
            size="xs"
            variant="default"
            loading={decide.isPending}
            onClick={() => {
              decide.mutate("reject");
            }}
          >
            Turn away
          </Button>
        ) : null}
        <Button
          size="xs"
          variant={isPending ? "filled" : "default"}
          loading={decide.isPending}
          onClick={() => {
            decide.mutate("approve");
          }}
        >
          {isPending ? "Remember it" : "Remember it after all"}
        </Button>
      </Group>
      {decide.isError ? (
        <ProblemBox what="The candidate stayed as it was." error={decide.error} />
      ) : null}
    </Paper>
  );
}
