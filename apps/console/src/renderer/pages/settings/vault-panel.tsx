import type { VaultView } from "@agentcall/contract";
import { Button, Stack, Table, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { rotateVault, sealVault, useVault } from "../../api/vault.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Panel } from "../../parts/panel.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { UnsealVault } from "./unseal-vault.tsx";

type Dialog = "rotate" | "seal" | "unseal" | null;

/** Where customers' keys are sealed: its state, and the exchange of its own key. */
export function VaultPanel(): ReactNode {
  const vault = useVault();
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = (): void => {
    setDialog(null);
  };
  return (
    <Panel
      title="Vault"
      note="Every secret is sealed by a key of its own, and those keys by the wrapping key."
      actions={vault.data === undefined ? null : <Actions vault={vault.data} open={setDialog} />}
    >
      <Loaded query={vault} failure="The vault could not be read.">
        {(view) => <VaultFacts vault={view} />}
      </Loaded>
      <ConfirmDialog
        opened={dialog === "rotate"}
        onClose={close}
        title="Rotate the wrapping key?"
        verb="Rotate"
        failure="The key was not rotated."
        isLoss={false}
        act={rotateVault}
      >
        <Text size="sm">
          A new wrapping key is made, and every secret is wrapped by it in the background. Nothing
          has to be typed again, and calls do not notice. The former key is destroyed once nothing
          needs it.
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === "seal"}
        onClose={close}
        title="Seal the vault?"
        verb="Seal vault"
        keep="Leave it open"
        failure="The vault was not sealed."
        act={sealVault}
      >
        <Text size="sm">
          Every new call is refused until somebody types the passphrase again, here or on the
          appliance. Calls that go on are not cut. No key is lost.
        </Text>
      </ConfirmDialog>
      <UnsealVault
        opened={dialog === "unseal"}
        isSetUp={vault.data?.isSetUp ?? true}
        onClose={close}
      />
    </Panel>
  );
}

/** A vault that a file opens cannot be sealed from here: nobody could open it again from here either. */
function Actions({
  vault,
  open,
}: {
  readonly vault: VaultView;
  readonly open: (dialog: Dialog) => void;
}): ReactNode {
  if (vault.state === "sealed") {
    return (
      <Button
        onClick={() => {
          open("unseal");
        }}
      >
        Unseal…
      </Button>
    );
  }
  return (
    <>
      {vault.rootProvider === "passphrase" ? (
        <Button
          variant="subtle"
          color="red"
          onClick={() => {
            open("seal");
          }}
        >
          Seal…
        </Button>
      ) : null}
      <Button
        variant="default"
        onClick={() => {
          open("rotate");
        }}
      >
        Rotate key…
      </Button>
    </>
  );
}

function VaultFacts({ vault }: { readonly vault: VaultView }): ReactNode {
  const { state, rootProvider, primaryVersion, envelopes, waitingForRewrap, unreadable } = vault;
  return (
    <Stack gap="sm">
      <StatusDot kind={state === "open" ? "good" : "bad"}>
        {state === "open" ? "Open: keys can be saved and used." : "Sealed: new calls are refused."}
      </StatusDot>
      <Facts
        facts={[
          [
            "Opened by",
            rootProvider === "file"
              ? "a key file on the appliance, at its start"
              : "a passphrase, typed after each start",
          ],
          ["Secrets", secretsText(envelopes, waitingForRewrap)],
          ...(unreadable === 0
            ? []
            : ([["Damaged", `${String(unreadable)} do not open: save these keys again`]] as const)),
          [
            "Wrapping key in use",
            primaryVersion === null ? "none yet" : `version ${String(primaryVersion)}`,
          ],
        ]}
      />
      {vault.keys.length === 0 ? null : <KeyVersions keys={vault.keys} />}
    </Stack>
  );
}

const versionStates = {
  primary: "Wraps and opens",
  enabled: "Opens what it wrapped before",
  disabled: "Waits for its end",
  destroyed: "Destroyed",
} as const;

function KeyVersions({ keys }: { readonly keys: VaultView["keys"] }): ReactNode {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={100}>Version</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Made</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.toReversed().map(({ version, state, madeAt }) => (
          <Table.Tr key={version}>
            <Table.Td>{version}</Table.Td>
            <Table.Td>{versionStates[state]}</Table.Td>
            <Table.Td>
              <TimeText at={madeAt} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function secretsText(envelopes: number, waitingForRewrap: number): string {
  const count = envelopes === 1 ? "one" : String(envelopes);
  if (waitingForRewrap === 0) return `${count}, all under the wrapping key in use`;
  return `${count}, of which ${String(waitingForRewrap)} are still to be wrapped anew`;
}
