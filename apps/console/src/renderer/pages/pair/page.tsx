import {
  Alert,
  Badge,
  Button,
  Center,
  Code,
  Group,
  Paper,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type SubmitEvent, type ReactNode, useState } from "react";
import type { ProbeOutcome } from "../../../shared/bridge.ts";
import { bridge } from "../../api/bridge.ts";
import { showAppliances, useAppInfo } from "../../api/use-appliances.ts";

/** Address, then the certificate that is really there, then the one-time code. */
export function Page(): ReactNode {
  const { data: info } = useAppInfo();
  const search: { address?: unknown; code?: unknown } = useSearch({ strict: false });
  if (info === undefined) return null;
  const address = typeof search.address === "string" ? search.address : info.suggestedAddress;
  const code = typeof search.code === "string" ? search.code : "";
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w={460}>
        <Title order={1} mb={4}>
          Pair with an appliance
        </Title>
        <Text size="sm" c="dimmed" mb="md">
          The appliance shows its address and a one-time code: on the panel of npm start, at the end
          of the installer, or with <Code>agentcall pair</Code>.
        </Text>
        <PairForm address={address ?? ""} code={code} />
      </Paper>
    </Center>
  );
}

function PairForm(given: { readonly address: string; readonly code: string }): ReactNode {
  const navigate = useNavigate();
  const [address, setAddress] = useState(given.address);
  const [code, setCode] = useState(given.code);
  const [found, setFound] = useState<ProbeOutcome | null>(null);
  const probe = useMutation({ mutationFn: bridge.probe, onSuccess: setFound });
  const pair = useMutation({
    mutationFn: bridge.pair,
    async onSuccess(outcome) {
      if (outcome.kind !== "paired") return;
      showAppliances(await bridge.appliances(null));
      await navigate({ to: "/" });
    },
  });
  const isFound = found !== null && found.kind !== "unreachable";
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isFound) probe.mutate({ address });
    else {
      const fingerprint = found.kind === "certificate" ? found.fingerprint : null;
      pair.mutate({ address: found.address, code, fingerprint });
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Address"
          placeholder="https://agentcall.example:8443"
          value={address}
          required
          onChange={(event) => {
            setAddress(event.currentTarget.value);
            setFound(null);
          }}
        />
        {found === null ? null : <Found found={found} />}
        {isFound ? (
          <TextInput
            label="One-time code"
            placeholder="K7QM-3XRD"
            value={code}
            required
            autoFocus
            error={pair.data?.kind === "refused" ? pair.data.sentence : null}
            onChange={(event) => {
              setCode(event.currentTarget.value);
            }}
          />
        ) : null}
        <Group justify="flex-end">
          <Button type="submit" loading={probe.isPending || pair.isPending}>
            {isFound ? "Pair" : "Look who is there"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Found({ found }: { readonly found: ProbeOutcome }): ReactNode {
  switch (found.kind) {
    case "unreachable":
      return (
        <Alert color="red" role="alert" title="Nobody is there">
          {found.sentence}
        </Alert>
      );
    case "plain-loopback":
      return (
        <Alert color="teal" role="status" title="An appliance on this machine">
          What is said stays on this machine, so there is no certificate to compare.
        </Alert>
      );
    case "certificate":
      return (
        <Alert color="teal" role="status" title="Compare these words with the appliance's">
          <Group gap={6} my={6}>
            {found.words.map((word) => (
              <Badge key={word} variant="default" size="lg" tt="none">
                {word}
              </Badge>
            ))}
          </Group>
          <Text size="sm">
            If the appliance shows other words, somebody stands between: do not type the code.
          </Text>
        </Alert>
      );
  }
}
