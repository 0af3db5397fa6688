import type { CallView } from "@agentcall/contract";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconPhoneOff } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { hangUp } from "../../api/calls.ts";
import { useLiveState } from "../../api/use-live.ts";
import { partiesOf } from "../../parts/call-party.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";

/** Ends the call, after a question that names who is on it. */
export function HangUp({ call }: { readonly call: CallView }): ReactNode {
  const [asking, setAsking] = useState(false);
  const isStale = useLiveState().kind === "stale";
  const party = phoneNumberText(partiesOf(call).theirs);
  const ending = useMutation({
    mutationFn: () => hangUp(call.id),
    onSuccess() {
      setAsking(false);
    },
  });
  const close = (): void => {
    setAsking(false);
    ending.reset();
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPhoneOff size={16} aria-hidden />}
        onClick={() => {
          setAsking(true);
        }}
      >
        Hang up…
      </Button>
      <Modal opened={asking} onClose={close} title={`Hang up on ${party}?`}>
        <Stack gap="sm">
          <Text size="sm">
            The line goes dead for {party} at once, in the middle of a word if need be. What was
            said until then is kept.
          </Text>
          {isStale ? (
            <Text size="sm" c="dimmed">
              The appliance is not reached now, so nobody can be hung up on from here.
            </Text>
          ) : null}
          {ending.isError ? (
            <ProblemBox what="The call was not ended." error={ending.error} />
          ) : null}
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={close}>
              Let them talk
            </Button>
            <Button
              color="red.9"
              disabled={isStale}
              loading={ending.isPending}
              onClick={() => {
                ending.mutate();
              }}
            >
              Hang up
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
