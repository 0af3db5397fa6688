import {
  Group,
  PasswordInput,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import type { ReactNode } from "react";
import { faultUnder, type FieldsProps } from "./fields-props.ts";

const transports = ["udp", "tcp", "tls"] as const;

/** Where the carrier is, and how each side proves who it is. */
export function LineFields({
  draft,
  change,
  faults,
  passwordIsStored,
}: FieldsProps & { readonly passwordIsStored: boolean }): ReactNode {
  return (
    <Stack gap="sm">
      <Group grow align="flex-end">
        <TextInput
          label="Name"
          placeholder="Such as the carrier's"
          required
          value={draft.name}
          error={faults["name"]}
          onChange={(event) => {
            change({ name: event.currentTarget.value });
          }}
        />
        <Switch
          label="In use"
          checked={draft.enabled}
          onChange={(event) => {
            change({ enabled: event.currentTarget.checked });
          }}
        />
      </Group>
      <Textarea
        label="Servers"
        description="One a line, tried in this order: sip.example.com, or 192.0.2.1:5080"
        autosize
        minRows={1}
        maxRows={6}
        value={draft.servers}
        error={faultUnder(faults, "servers")}
        onChange={(event) => {
          change({ servers: event.currentTarget.value });
        }}
      />
      <div>
        <Text size="sm" fw={500} id="trunk-transport">
          Transport
        </Text>
        <SegmentedControl
          aria-labelledby="trunk-transport"
          data={transports.map((value) => ({ value, label: value.toUpperCase() }))}
          value={draft.transport}
          onChange={(transport) => {
            change({ transport });
          }}
        />
      </div>
      <CredentialFields
        draft={draft}
        change={change}
        faults={faults}
        passwordIsStored={passwordIsStored}
      />
      <InboundFields draft={draft} change={change} faults={faults} />
    </Stack>
  );
}

function CredentialFields({
  draft,
  change,
  faults,
  passwordIsStored,
}: FieldsProps & { readonly passwordIsStored: boolean }): ReactNode {
  return (
    <>
      <Group grow align="flex-start">
        <TextInput
          label="User name"
          autoComplete="off"
          value={draft.username}
          error={faultUnder(faults, "credentials")}
          onChange={(event) => {
            change({ username: event.currentTarget.value });
          }}
        />
        <PasswordInput
          label="Password"
          autoComplete="new-password"
          placeholder={passwordIsStored ? "Stored; type to replace it" : ""}
          value={draft.password}
          onChange={(event) => {
            change({ password: event.currentTarget.value });
          }}
        />
      </Group>
      <Switch
        label="Register with the carrier"
        description="So that it knows where to send calls"
        checked={draft.registers}
        onChange={(event) => {
          change({ registers: event.currentTarget.checked });
        }}
      />
      {draft.registers ? (
        <TextInput
          label="Domain of the registration"
          description="Empty: the first server's name"
          value={draft.registersAtDomain}
          error={faultUnder(faults, "registration")}
          onChange={(event) => {
            change({ registersAtDomain: event.currentTarget.value });
          }}
        />
      ) : null}
    </>
  );
}

function InboundFields({ draft, change, faults }: FieldsProps): ReactNode {
  return (
    <>
      <Switch
        label="Take calls from the servers above"
        checked={draft.takesFromServers}
        onChange={(event) => {
          change({ takesFromServers: event.currentTarget.checked });
        }}
      />
      <Textarea
        label="Take calls from these addresses too"
        description="One a line: 192.0.2.1, or a range such as 192.0.2.0/24"
        autosize
        minRows={1}
        maxRows={6}
        value={draft.addresses}
        error={faultUnder(faults, "inbound")}
        onChange={(event) => {
          change({ addresses: event.currentTarget.value });
        }}
      />
    </>
  );
}
