import type { KeyDeliveryMode } from "@agentcall/contract";
import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { changeKeyDelivery, useKeyDelivery } from "../../api/openai-keys.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Panel } from "../../parts/panel.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";

const modes: readonly {
  readonly value: KeyDeliveryMode;
  readonly label: string;
  readonly description: string;
}[] = [
  {
    value: "direct",
    label: "The key itself, for one call",
    description: "The fastest way to answer. The gateway forgets it when the call ends.",
  },
  {
    value: "ephemeral",
    label: "A client secret that opens one session within a minute",
    description:
      "No gateway ever sees a customer's key. Each call first asks OpenAI for the secret.",
  },
];

/** What a gateway is given of a number's own key. A choice is in force at once, and can be undone. */
export function KeyDelivery(): ReactNode {
  const delivery = useKeyDelivery();
  const change = useMutation({ mutationFn: changeKeyDelivery });
  const choose = (mode: KeyDeliveryMode, former: KeyDeliveryMode): void => {
    change.mutate(mode, {
      onSuccess: () => {
        const id = "key-delivery";
        notifications.show({
          id,
          title: "Saved: in force from the next call",
          message: (
            <Undo
              onUndo={() => {
                notifications.hide(id);
                change.mutate(former);
              }}
            />
          ),
        });
      },
    });
  };
  return (
    <Panel title="Key delivery" note="What a gateway is given to open a call's session.">
      <Loaded query={delivery} failure="The key delivery could not be read." rows={2}>
        {(mode) => (
          <Radio.Group
            aria-label="Key delivery"
            value={mode}
            onChange={(value) => {
              const chosen = modes.find((each) => each.value === value)?.value;
              if (chosen !== undefined && chosen !== mode) choose(chosen, mode);
            }}
          >
            <Stack gap="xs">
              {modes.map((each) => (
                <Radio key={each.value} {...each} />
              ))}
            </Stack>
          </Radio.Group>
        )}
      </Loaded>
      {change.isError ? (
        <ProblemBox what="The key delivery was not changed." error={change.error} />
      ) : null}
    </Panel>
  );
}

function Undo({ onUndo }: { readonly onUndo: () => void }): ReactNode {
  return (
    <Group justify="space-between">
      <Text size="sm">Key delivery is changed.</Text>
      <Button size="compact-xs" variant="default" onClick={onUndo}>
        Undo
      </Button>
    </Group>
  );
}
