import { SimpleGrid, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useLatestCalls, useLiveCalls } from "../../api/calls.ts";
import { useNumbers } from "../../api/numbers.ts";
import { useTrunks } from "../../api/trunks.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { Attention } from "./attention.tsx";
import { CallTable } from "./call-table.tsx";
import { Checklist } from "./checklist.tsx";
import { Section } from "./section.tsx";
import { ThisMonth } from "./this-month.tsx";

const latestCount = 8;

/** What needs somebody first, what is still to be set up, and what goes on. */
export function Page(): ReactNode {
  const { data: numbers = [] } = useNumbers();
  const { data: trunks = [] } = useTrunks();
  const { data: live = [] } = useLiveCalls();
  const { data: latest = [] } = useLatestCalls(latestCount);
  return (
    <>
      <PageHead title="Overview" />
      <Stack gap="lg">
        <Attention numbers={numbers} trunks={trunks} />
        <Checklist trunks={trunks} numbers={numbers} calls={latest} />
        <ThisMonth />
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Section
            title="Live calls"
            count={live.length}
            more={{ path: "/live", words: "Watch them" }}
          >
            <CallTable calls={live} none="No call goes on now." />
          </Section>
          <Section title="Latest calls" more={{ path: "/calls", words: "All calls" }}>
            <CallTable calls={latest} none="No call has come yet." />
          </Section>
        </SimpleGrid>
      </Stack>
    </>
  );
}
