import type { ContactView } from "@agentcall/contract";
import { Button, Group, Stack, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { ApiError } from "../../api/api-client.ts";
import { changeContact } from "../../api/contacts.ts";
import { systemClock } from "../../../shared/time.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { useUnsavedGuard } from "../../parts/unsaved-guard.tsx";

const clock = systemClock();

/** What the owner knows of a caller, beside what calls have told. */
export function ContactForm({ contact }: { readonly contact: ContactView }): ReactNode {
  const saved = draftOf(contact);
  const [draft, setDraft] = useState(saved);
  const isDirty = JSON.stringify(draft) !== JSON.stringify(saved);
  useUnsavedGuard(isDirty, "this contact");
  const save = useMutation({
    mutationFn: () =>
      changeContact(contact.id, {
        displayName: draft.displayName.trim() || null,
        tags: draft.tags,
        ownerNotes: draft.ownerNotes || null,
        verified: draft.isVerified,
        blockedAt: draft.isBlocked
          ? (contact.blockedAt ?? new Date(clock.nowMs()).toISOString())
          : null,
      }),
    onSuccess() {
      notifications.show({ message: "Saved: in force from the next call." });
    },
  });
  const change = (part: Partial<typeof draft>): void => {
    setDraft({ ...draft, ...part });
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          value={draft.displayName}
          error={fields["displayName"]}
          onChange={(event) => {
            change({ displayName: event.currentTarget.value });
          }}
        />
        <TagsInput
          label="Tags"
          description="Enter adds one"
          value={[...draft.tags]}
          error={fields["tags"]}
          onChange={(tags) => {
            change({ tags });
          }}
        />
        <Textarea
          label="Notes"
          description="For people; the agent is not told"
          autosize
          minRows={3}
          value={draft.ownerNotes}
          error={fields["ownerNotes"]}
          onChange={(event) => {
            change({ ownerNotes: event.currentTarget.value });
          }}
        />
        <Switch
          label="Known to be who they say"
          checked={draft.isVerified}
          onChange={(event) => {
            change({ isVerified: event.currentTarget.checked });
          }}
        />
        <Switch
          label="Blocked"
          checked={draft.isBlocked}
          onChange={(event) => {
            change({ isBlocked: event.currentTarget.checked });
          }}
        />
        {save.isError ? <ProblemBox what="The contact was not saved." error={save.error} /> : null}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            Save contact
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function draftOf(contact: ContactView): {
  readonly displayName: string;
  readonly tags: string[];
  readonly ownerNotes: string;
  readonly isVerified: boolean;
  readonly isBlocked: boolean;
} {
  return {
    displayName: contact.displayName ?? "",
    tags: contact.tags,
    ownerNotes: contact.ownerNotes ?? "",
    isVerified: contact.verified,
    isBlocked: contact.blockedAt !== null,
  };
}
