import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { unsealVault } from "../../api/vault.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";

/** The passphrase that opens the vault; on a fresh appliance, the one that will. */
export function UnsealVault({
  opened,
  isSetUp,
  onClose,
}: {
  readonly opened: boolean;
  readonly isSetUp: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={isSetUp ? "Unseal the vault" : "Choose the vault's passphrase"}
    >
      {/* Closed means gone: the passphrase leaves the page together with the form. */}
      {opened ? <Form isSetUp={isSetUp} onClose={onClose} /> : null}
    </Modal>
  );
}

function Form({
  isSetUp,
  onClose,
}: {
  readonly isSetUp: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const [passphrase, setPassphrase] = useState("");
  const unseal = useMutation({
    mutationFn: () => unsealVault(passphrase),
    gcTime: 0,
    onSuccess: () => {
      notifications.show({ message: "The vault is open: calls are answered." });
      onClose();
    },
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    unseal.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {isSetUp ? null : (
          <Text size="sm">
            Whoever loses it loses every key in the vault: nobody can bring it back. Write it down
            where the appliance is not.
          </Text>
        )}
        <PasswordInput
          label="Passphrase"
          required
          autoComplete="off"
          data-autofocus
          visibilityToggleButtonProps={{ "aria-label": "Show the passphrase while typing" }}
          value={passphrase}
          onChange={(event) => {
            setPassphrase(event.currentTarget.value);
          }}
        />
        {unseal.isError ? <ProblemBox what="The vault stays sealed." error={unseal.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={unseal.isPending}>
            {isSetUp ? "Unseal" : "Set up and open"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
