import type { CallView, NumberView, TrunkView } from "@agentcall/contract";
import { Anchor, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Section } from "./section.tsx";

type Step = { readonly label: string; readonly done: boolean; readonly path: string };

/** From nothing to an answered call: each step ticks itself from what is there, and all of it goes when done. */
export function Checklist({
  trunks,
  numbers,
  calls,
}: {
  readonly trunks: readonly TrunkView[];
  readonly numbers: readonly NumberView[];
  readonly calls: readonly CallView[];
}): ReactNode {
  const steps = stepsOf(trunks, numbers, calls);
  if (steps.every(({ done }) => done)) return null;
  return (
    <Section title="Setting up">
      <Stack gap={6}>
        {steps.map(({ label, done, path }) => (
          <Group key={label} gap={8}>
            <ThemeIcon size={18} radius="xl" color={done ? "teal" : "gray"} aria-hidden>
              {done ? <IconCheck size={12} /> : <IconCircle size={12} />}
            </ThemeIcon>
            {done ? (
              <Text size="sm">{label}: done</Text>
            ) : (
              <Anchor href={`#${path}`} size="sm" underline="always">
                {label}
              </Anchor>
            )}
          </Group>
        ))}
      </Stack>
    </Section>
  );
}

function stepsOf(
  trunks: readonly TrunkView[],
  numbers: readonly NumberView[],
  calls: readonly CallView[],
): readonly Step[] {
  return [
    {
      label: "Connect your carrier's line",
      done: trunks.some(({ state }) => state === "up"),
      path: "/trunks",
    },
    { label: "Register a number", done: numbers.length > 0, path: "/numbers" },
    {
      label: "Give a number its agent",
      done: numbers.some(({ inbound }) => inbound !== null),
      path: "/numbers",
    },
    {
      label: "Test an own OpenAI key",
      done: numbers.some(({ hasByokKey }) => hasByokKey),
      path: "/numbers",
    },
    {
      label: "Have a call answered",
      done: calls.some(({ answeredAt }) => answeredAt !== null),
      path: "/",
    },
  ];
}
