import { Button, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { createPairingCode } from "../../api/api-keys.ts";
import { useAppliances } from "../../api/use-appliances.ts";
import { CopyValue } from "../../parts/copy-value.tsx";
import { Facts } from "../../parts/facts.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { clockText } from "../../parts/time-text.tsx";

/** A code for a console on another computer, and what is typed there. */
export function PairAnother(): ReactNode {
  const pair = useMutation({ mutationFn: createPairingCode, gcTime: 0 });
  const { data: appliances = [] } = useAppliances();
  const here = appliances.find(({ selected }) => selected);
  return (
    <>
      <Button
        variant="default"
        loading={pair.isPending}
        onClick={() => {
          pair.mutate();
        }}
      >
        New pairing code…
      </Button>
      <Modal
        opened={pair.data !== undefined || pair.isError}
        onClose={pair.reset}
        title="Pair another console"
        size={520}
      >
        {pair.isError ? <ProblemBox what="There is no new code." error={pair.error} /> : null}
        {pair.data === undefined ? null : (
          <Stack gap="md">
            <Text size="sm">
              Type these into the console on the other computer. It becomes an admin here; a code
              that was made before is void.
            </Text>
            <Facts
              facts={[
                ["Address", <CopyValue key="a" label="the address" value={here?.address ?? ""} />],
                ["One-time code", <CopyValue key="c" label="the code" value={pair.data.code} />],
                ["Good until", clockText(new Date(pair.data.expiresAt).getTime())],
                [
                  "Words of the certificate",
                  here?.fingerprintWords?.join(" ") ?? "None: plain HTTP on this machine",
                ],
              ]}
            />
            <Text size="sm" c="dimmed">
              The other console shows the same words. If it shows others, somebody stands between it
              and the appliance: stop there.
            </Text>
          </Stack>
        )}
      </Modal>
    </>
  );
}
