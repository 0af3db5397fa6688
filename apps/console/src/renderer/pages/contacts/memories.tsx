import type { MemoryView } from "@agentcall/contract";
import { Button, Group, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { deleteMemory, editMemory, useMemories } from "../../api/contacts.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { Quote } from "./quote.tsx";
import { Timeline } from "./timeline.tsx";

/** What holds of a caller, each with the words that it rests on. */
export function Memories({ contactId }: { readonly contactId: string }): ReactNode {
  const memories = useMemories(contactId);
  return (
    <section aria-label="What is remembered">
      <Title order={2}>What is remembered</Title>
      <Loaded query={memories} failure="The memory could not be read.">
        {(list) =>
          list.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nothing yet.
            </Text>
          ) : (
            <Stack gap="xs" mt="xs">
              {list.map((memory) => (
                <Memory key={memory.id} memory={memory} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </section>
  );
}

const kinds: Readonly<Record<MemoryView["kind"], string>> = {
  fact: "Fact",
  preference: "Preference",
  commitment: "Commitment",
};

function Memory({ memory }: { readonly memory: MemoryView }): ReactNode {
  const [open, setOpen] = useState<"timeline" | "edit" | "delete" | null>(null);
  const close = (): void => {
    setOpen(null);
  };
  return (
    <Paper withBorder p="sm" component="article" aria-label={memory.text}>
      <Group gap="xs">
        <Text size="xs" c="dimmed">
          {`${kinds[memory.kind]}, ${memory.slot}`}
        </Text>
        {memory.ownerApproved ? (
          <StatusDot kind="good">
            <Text size="xs">the owner's word</Text>
          </StatusDot>
        ) : null}
      </Group>
      {open === "edit" ? (
        <EditMemory memory={memory} onClose={close} />
      ) : (
        <>
          <Text size="sm">{memory.text}</Text>
          <Quote quote={memory.quote} callId={memory.sourceCallId} />
        </>
      )}
      <Group justify="flex-end" gap={4} mt={4}>
        <Verb
          words={open === "timeline" ? "Hide its history" : "Its history"}
          onPress={() => {
            setOpen(open === "timeline" ? null : "timeline");
          }}
        />
        <Verb
          words="Correct…"
          onPress={() => {
            setOpen("edit");
          }}
        />
        <Verb
          words="Delete…"
          onPress={() => {
            setOpen("delete");
          }}
        />
      </Group>
      {open === "timeline" ? <Timeline memoryId={memory.id} /> : null}
      <ConfirmDialog
        opened={open === "delete"}
        onClose={close}
        title="Delete this memory?"
        verb="Delete memory"
        keep="Keep it"
        failure="The memory was not deleted."
        act={() => deleteMemory(memory.id)}
      >
        <Text size="sm">“{memory.text}” is told to no agent any more. Its history stays.</Text>
      </ConfirmDialog>
    </Paper>
  );
}

function Verb({
  words,
  onPress,
}: {
  readonly words: string;
  readonly onPress: () => void;
}): ReactNode {
  return (
    <Button size="compact-xs" variant="subtle" onClick={onPress}>
      {words}
    </Button>
  );
}

function EditMemory({
  memory,
  onClose,
}: {
  readonly memory: MemoryView;
  readonly onClose: () => void;
}): ReactNode {
  const [text, setText] = useState(memory.text);
  const edit = useMutation({ mutationFn: () => editMemory(memory.id, text), onSuccess: onClose });
  return (
    <Stack gap="xs">
      <Textarea
        aria-label="What is remembered, in your words"
        autosize
        autoFocus
        maxLength={500}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
      />
      {edit.isError ? <ProblemBox what="It was not corrected." error={edit.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          size="xs"
          loading={edit.isPending}
          disabled={text.trim() === ""}
          onClick={() => {
            edit.mutate();
          }}
        >
          Save
        </Button>
      </Group>
    </Stack>
  );
}
