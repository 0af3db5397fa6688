import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemBox } from "./problem-box.tsx";

/** Asks before something that cannot be taken back; its text names what is lost. */
export function ConfirmDialog({
  opened,
  onClose,
  title,
  verb,
  keep = "Cancel",
  failure,
  act,
  isLoss = true,
  children,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What the button does, in its own words: `Revoke key`. */
  readonly verb: string;
  readonly keep?: string;
  /** Said when it did not happen: `The key was not revoked.` */
  readonly failure: string;
  readonly act: () => Promise<unknown>;
  /** Whether something is lost by it: then its button is red. */
  readonly isLoss?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const acting = useMutation({ mutationFn: act, onSuccess: onClose });
  const close = (): void => {
    acting.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <Stack gap="sm">
        {children}
        {acting.isError ? <ProblemBox what={failure} error={acting.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {keep}
          </Button>
          <Button
            color={isLoss ? "red" : "teal"}
            loading={acting.isPending}
            onClick={() => {
              acting.mutate();
            }}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
