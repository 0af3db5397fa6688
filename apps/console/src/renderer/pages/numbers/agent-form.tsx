import {
  type InboundConfig,
  inboundConfigSchema,
  languages,
  languageSchema,
  type NumberView,
  voices,
  voiceSchema,
} from "@agentcall/contract";
import {
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useEffect, useState } from "react";
import { ApiError } from "../../api/api-client.ts";
import { saveAgent } from "../../api/numbers.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { useUnsavedGuard } from "../../parts/unsaved-guard.tsx";

const languageNames = new Intl.DisplayNames(undefined, { type: "language" });

/** The agent of a number. A save is in force from the next call. */
export function AgentForm({
  number,
  onDirty,
}: {
  readonly number: NumberView;
  readonly onDirty: (isDirty: boolean) => void;
}): ReactNode {
  const saved = number.inbound ?? newAgent;
  const [agent, setAgent] = useState<InboundConfig>(saved);
  const isDirty = JSON.stringify(agent) !== JSON.stringify(saved);
  useUnsavedGuard(isDirty, "this number");
  useEffect(() => {
    onDirty(isDirty);
    return () => {
      onDirty(false);
    };
  }, [isDirty, onDirty]);
  const save = useMutation({
    mutationFn: () => saveAgent(number.id, agent),
    onSuccess() {
      notifications.show({ message: "Saved: in force from the next call." });
    },
  });
  const change = (part: Partial<InboundConfig>): void => {
    setAgent({ ...agent, ...part });
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Textarea
          label="Prompt"
          description="Who the agent is, what it knows, and what it must not do"
          autosize
          minRows={6}
          maxRows={16}
          required
          value={agent.systemPrompt}
          error={fields["systemPrompt"]}
          onChange={(event) => {
            change({ systemPrompt: event.currentTarget.value });
          }}
        />
        <TextInput
          label="First message"
          description="Said word for word; empty lets the agent greet in its own words"
          value={agent.firstMessage ?? ""}
          error={fields["firstMessage"]}
          onChange={(event) => {
            change({ firstMessage: event.currentTarget.value || null });
          }}
        />
        <VoiceAndLanguage agent={agent} change={change} />
        <Switch
          label="Show the transcript while the call goes on"
          checked={agent.liveTranscript}
          onChange={(event) => {
            change({ liveTranscript: event.currentTarget.checked });
          }}
        />
        {save.isError ? <ProblemBox what="The agent was not saved." error={save.error} /> : null}
        <Group justify="flex-end">
          <Button
            variant="default"
            disabled={!isDirty}
            onClick={() => {
              setAgent(saved);
            }}
          >
            Undo changes
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save for next call
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function VoiceAndLanguage({
  agent,
  change,
}: {
  readonly agent: InboundConfig;
  readonly change: (part: Partial<InboundConfig>) => void;
}): ReactNode {
  return (
    <>
      <Group grow>
        <Select
          label="Voice"
          data={voices.map((voice) => ({ value: voice, label: capitalised(voice) }))}
          value={agent.voice}
          allowDeselect={false}
          onChange={(voice) => {
            change({ voice: voiceSchema.parse(voice) });
          }}
        />
        <Select
          label="Language"
          data={languages.map((language) => ({
            value: language,
            label:
              language === "auto" ? "Follow the caller" : (languageNames.of(language) ?? language),
          }))}
          value={agent.language}
          allowDeselect={false}
          onChange={(language) => {
            change({ language: languageSchema.parse(language) });
          }}
        />
      </Group>
      <Group grow align="flex-end">
        <NumberInput
          label="Longest call"
          suffix=" minutes"
          min={1}
          max={60}
          value={Math.round(agent.maxDurationSecs / 60)}
          onChange={(minutes) => {
            if (typeof minutes === "number") change({ maxDurationSecs: minutes * 60 });
          }}
        />
        <TextInput
          label="Model"
          placeholder="The appliance's"
          value={agent.model ?? ""}
          onChange={(event) => {
            change({ model: event.currentTarget.value || null });
          }}
        />
      </Group>
    </>
  );
}

const newAgent = inboundConfigSchema.parse({
  mode: "ai",
  systemPrompt: "You answer the telephone of our company. Be brief and warm.",
});

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
