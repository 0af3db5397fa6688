import { Accordion, Button, Group, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode, SubmitEvent } from "react";
import { ApiError } from "../../api/api-client.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import type { FieldsProps } from "./fields-props.ts";
import { LineFields } from "./line-fields.tsx";
import { LimitFields, NumberFields, SoundFields } from "./more-fields.tsx";
import { differs, type TrunkDraft } from "./trunk-draft.ts";

/** The settings of a trunk. What most lines need stands on top, the rest is folded. */
export function TrunkForm({
  draft,
  saved,
  onChange,
  passwordIsStored,
  verb,
  failure,
  save,
}: {
  readonly draft: TrunkDraft;
  readonly saved: TrunkDraft;
  readonly onChange: (draft: TrunkDraft) => void;
  readonly passwordIsStored: boolean;
  readonly verb: string;
  /** Such as `The trunk was not saved.` */
  readonly failure: string;
  readonly save: () => Promise<void>;
}): ReactNode {
  const saving = useMutation({
    mutationFn: save,
    gcTime: 0, // a password was in it
    onSuccess() {
      notifications.show({ message: "Saved: in force now. Calls that go on are not touched." });
    },
  });
  const faults = saving.error instanceof ApiError ? saving.error.fields : {};
  const fields: FieldsProps = {
    draft,
    faults,
    change: (part) => {
      onChange({ ...draft, ...part });
    },
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit} aria-label="Settings of the trunk">
      <Stack gap="sm">
        <LineFields {...fields} passwordIsStored={passwordIsStored} />
        <Accordion variant="separated" chevronPosition="left" multiple>
          <Folded title="How numbers are written">
            <NumberFields {...fields} />
          </Folded>
          <Folded title="Sound and network">
            <SoundFields {...fields} />
          </Folded>
          <Folded title="Limits">
            <LimitFields {...fields} />
          </Folded>
        </Accordion>
        {saving.isError ? <ProblemBox what={failure} error={saving.error} /> : null}
        <Group justify="flex-end">
          <Button
            variant="default"
            disabled={!differs(draft, saved)}
            onClick={() => {
              onChange(saved);
            }}
          >
            Undo changes
          </Button>
          <Button type="submit" loading={saving.isPending}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Folded({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Accordion.Item value={title}>
      <Accordion.Control>{title}</Accordion.Control>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  );
}
