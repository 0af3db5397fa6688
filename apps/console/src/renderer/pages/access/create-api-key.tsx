import { type Role, roles } from "@agentcall/contract";
import { Button, Group, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { createApiKey } from "../../api/api-keys.ts";
import { ShownOnce } from "../../parts/copy-value.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { roleTexts } from "./role-list.tsx";

/** A key for one more program: shown once. */
export function CreateApiKey({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Modal opened={opened} onClose={onClose} title="Create an API key" size={520}>
      {/* Closed means gone: the key leaves the page together with the form. */}
      {opened ? <Form onClose={onClose} /> : null}
    </Modal>
  );
}

function Form({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [label, setLabel] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const create = useMutation({
    mutationFn: () => createApiKey(role, label.trim()),
    gcTime: 0, // nothing of a key stays in a cache
  });
  if (create.data !== undefined) return <Created apiKey={create.data.apiKey} onClose={onClose} />;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Label"
          description="Which program uses it, so that somebody knows in a year"
          placeholder="CRM of the front desk"
          required
          maxLength={200}
          data-autofocus
          value={label}
          onChange={(event) => {
            setLabel(event.currentTarget.value);
          }}
        />
        <Radio.Group
          label="Role"
          value={role}
          onChange={(value) => {
            setRole(roles.find((each) => each === value) ?? "viewer");
          }}
        >
          <Stack gap="xs" mt={6}>
            {roles.map((each) => (
              <Radio key={each} value={each} label={each} description={roleTexts[each]} />
            ))}
          </Stack>
        </Radio.Group>
        {create.isError ? (
          <ProblemBox what="The key was not created." error={create.error} />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Created({
  apiKey,
  onClose,
}: {
  readonly apiKey: string | null;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Stack gap="md">
      <div>
        <ShownOnce label="the API key" value={apiKey ?? ""} use="Give it to the program now." />
      </div>
      <Group justify="flex-end">
        <Button onClick={onClose}>I have it</Button>
      </Group>
    </Stack>
  );
}
