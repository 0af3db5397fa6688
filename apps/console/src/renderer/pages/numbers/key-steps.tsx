import { Group, Loader, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError } from "../../api/api-client.ts";
import { type KeyRefusal, keyRefusalOf } from "./key-refusal.ts";

/** Where the test of a key stands. */
export type KeyTest =
  | { readonly kind: "idle" }
  | { readonly kind: "running" }
  | { readonly kind: "passed"; readonly model: string }
  | { readonly kind: "refused"; readonly refusal: KeyRefusal; readonly message: string };

export function refusedBy(error: unknown): KeyTest {
  const reason = error instanceof ApiError ? (error.reason ?? error.code) : null;
  const message = error instanceof Error ? error.message : "";
  return { kind: "refused", refusal: keyRefusalOf(reason), message };
}

const steps = [
  ["format", "The form of the key"],
  ["reach", "OpenAI is reached"],
  ["accepted", "OpenAI accepts the key"],
  ["model", "The model is allowed for its project"],
  ["session", "A voice session opens"],
] as const;

/** What has been shown so far, step by step, and at which it ended. */
export function KeySteps({ test }: { readonly test: KeyTest }): ReactNode {
  if (test.kind === "idle") return null;
  const failedAt =
    test.kind === "refused" ? steps.findIndex(([step]) => step === test.refusal.step) : null;
  return (
    <Stack gap={6} role="status" aria-live="polite" aria-label="Test of the key">
      {steps.map(([step, label], index) => (
        <Step key={step} label={label} state={stateOf(test, index, failedAt)} />
      ))}
    </Stack>
  );
}

type StepState = "passed" | "failed" | "not-reached" | "running";

function stateOf(test: KeyTest, index: number, failedAt: number | null): StepState {
  if (test.kind === "passed") return "passed";
  if (failedAt === null) return "running";
  if (index === failedAt) return "failed";
  return index < failedAt ? "passed" : "not-reached";
}

function Step({ label, state }: { readonly label: string; readonly state: StepState }): ReactNode {
  return (
    <Group gap={8} wrap="nowrap">
      <StepIcon state={state} />
      <Text size="sm">{label}</Text>
      <Text size="xs" c="dimmed">
        {{ passed: "yes", failed: "no", "not-reached": "not reached", running: "…" }[state]}
      </Text>
    </Group>
  );
}

function StepIcon({ state }: { readonly state: StepState }): ReactNode {
  switch (state) {
    case "running":
      return <Loader size={18} aria-hidden />;
    case "passed":
      return (
        <ThemeIcon size={18} radius="xl" color="teal" aria-hidden>
          <IconCheck size={12} />
        </ThemeIcon>
      );
    case "failed":
      return (
        <ThemeIcon size={18} radius="xl" color="red" aria-hidden>
          <IconX size={12} />
        </ThemeIcon>
      );
    case "not-reached":
      return (
        <ThemeIcon size={18} radius="xl" color="gray" aria-hidden>
          <IconMinus size={12} />
        </ThemeIcon>
      );
  }
}
