import { Button, FileInput, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { ApiError } from "../../api/api-client.ts";
import { installLicense } from "../../api/license.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";

/** The vendor's signed file, chosen or pasted. */
export function InstallLicense({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Modal opened={opened} onClose={onClose} title="Install a licence" size={560}>
      {opened ? <Form onClose={onClose} /> : null}
    </Modal>
  );
}

function Form({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState("");
  const install = useMutation({
    mutationFn: async () => installLicense(jsonOf(text)),
    onSuccess: ({ plan }) => {
      notifications.show({ message: `The licence is installed: the plan is ${plan}.` });
      onClose();
    },
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    install.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">
          It takes the place of the present one. Calls that go on keep the prices they began with.
        </Text>
        <FileInput
          label="Licence file"
          placeholder="Choose a file…"
          accept="application/json,.json"
          onChange={(file) => {
            if (file !== null) void file.text().then(setText);
          }}
        />
        <Textarea
          label="Or its text"
          minRows={5}
          maxRows={10}
          autosize
          required
          value={text}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        {install.isError ? (
          <ProblemBox what="The licence was not installed." error={install.error} />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={install.isPending}>
            Install
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(0, {
      code: "not_a_license",
      message: "This is no licence file: it should be one JSON object, copied whole.",
    });
  }
}
