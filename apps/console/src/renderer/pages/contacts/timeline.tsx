import type { MemoryEventView } from "@agentcall/contract";
import { Text, Timeline as Steps } from "@mantine/core";
import type { ReactNode } from "react";
import { useTimeline } from "../../api/contacts.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { Quote } from "./quote.tsx";

const whats: Readonly<Record<MemoryEventView["what"], string>> = {
  created: "Remembered",
  corroborated: "Said again",
  superseded: "Replaced by something surer",
  candidate_rejected: "Something else was turned away",
  approved: "Approved by the owner",
  edited: "Corrected by the owner",
  deleted: "Deleted",
};

/** Every step in the life of what is remembered in one place. */
export function Timeline({ memoryId }: { readonly memoryId: string }): ReactNode {
  const timeline = useTimeline(memoryId);
  return (
    <Loaded query={timeline} failure="The history could not be read.">
      {(events) => (
        <Steps bulletSize={10} lineWidth={2} mt="sm" aria-label="History">
          {events.map(({ what, at, text, quote, sourceCallId, reason }) => (
            <Steps.Item key={`${at} ${what} ${text}`} title={<Text size="sm">{whats[what]}</Text>}>
              <Text size="xs" c="dimmed" component="div">
                <TimeText at={at} />
              </Text>
              <Text size="sm">{text}</Text>
              {reason === null ? null : <Text size="xs">{reason}</Text>}
              {quote === null || sourceCallId === null ? null : (
                <Quote quote={quote} callId={sourceCallId} />
              )}
            </Steps.Item>
          ))}
        </Steps>
      )}
    </Loaded>
  );
}
