import { Checkbox, Group, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { faultUnder, type FieldsProps } from "./fields-props.ts";

/** How the carrier writes numbers, and who calls out. */
export function NumberFields({ draft, change, faults }: FieldsProps): ReactNode {
  const { numberFormat } = draft;
  const format = (part: Partial<typeof numberFormat>): void => {
    change({ numberFormat: { ...numberFormat, ...part } });
  };
  return (
    <Stack gap="sm">
      <Group grow align="flex-start">
        <TextInput
          label="Country code"
          description="Of numbers written without it"
          placeholder="49"
          value={numberFormat.countryCode ?? ""}
          error={faultUnder(faults, "numberFormat")}
          onChange={(event) => {
            format({ countryCode: event.currentTarget.value || null });
          }}
        />
        <TextInput
          label="National prefix"
          description="0 in most countries"
          value={numberFormat.nationalPrefix}
          onChange={(event) => {
            format({ nationalPrefix: event.currentTarget.value });
          }}
        />
        <TextInput
          label="International prefix"
          description="00 in most countries"
          value={numberFormat.internationalPrefix}
          onChange={(event) => {
            format({ internationalPrefix: event.currentTarget.value });
          }}
        />
      </Group>
      <Group grow align="flex-end">
        <Choice
          label="Numbers with neither prefix are"
          choices={[
            ["as_is", "Left as they are"],
            ["e164", "International, without the +"],
            ["national", "National"],
          ]}
          value={numberFormat.bare}
          onChoose={(bare) => {
            format({ bare });
          }}
        />
        <Choice
          label="Numbers are sent as"
          choices={[
            ["e164", "+14155550100"],
            ["e164_without_plus", "14155550100"],
            ["national", "National"],
          ]}
          value={numberFormat.dial}
          onChoose={(dial) => {
            format({ dial });
          }}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput
          label="From name"
          description="Empty: the number that calls"
          value={draft.fromUser}
          error={faultUnder(faults, "identity")}
          onChange={(event) => {
            change({ fromUser: event.currentTarget.value });
          }}
        />
        <TextInput
          label="From domain"
          description="Empty: the server's"
          value={draft.fromDomain}
          onChange={(event) => {
            change({ fromDomain: event.currentTarget.value });
          }}
        />
      </Group>
      <Checkbox
        label="Send the caller's number as P-Asserted-Identity"
        checked={draft.assertsIdentity}
        onChange={(event) => {
          change({ assertsIdentity: event.currentTarget.checked });
        }}
      />
    </Stack>
  );
}

/** Codecs, encryption, and what lies between this machine and the carrier. */
export function SoundFields({ draft, change, faults }: FieldsProps): ReactNode {
  return (
    <Stack gap="sm">
      <Group grow align="flex-end">
        <Choice
          label="Codecs"
          choices={[
            ["any", "As the carrier prefers"],
            ["pcma", "A-law only"],
            ["pcmu", "µ-law only"],
            ["pcma,pcmu", "A-law, then µ-law"],
            ["pcmu,pcma", "µ-law, then A-law"],
          ]}
          value={codecsText(draft.codecs)}
          onChoose={(text) => {
            change({ codecs: codecsOf[text] });
          }}
        />
        <Choice
          label="Encrypted voice (SRTP)"
          choices={[
            ["off", "No"],
            ["offered", "Where the carrier offers it"],
            ["required", "Always; else refuse the call"],
          ]}
          value={draft.srtp}
          onChoose={(srtp) => {
            change({ srtp });
          }}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput
          label="Public address"
          description="Where this machine is behind a router that translates"
          placeholder="192.0.2.7"
          value={draft.publicAddress}
          error={faults["publicAddress"]}
          onChange={(event) => {
            change({ publicAddress: event.currentTarget.value });
          }}
        />
        <TextInput
          label="Outbound proxy"
          description="Everything is sent there instead"
          value={draft.outboundProxy}
          error={faultUnder(faults, "outboundProxy")}
          onChange={(event) => {
            change({ outboundProxy: event.currentTarget.value });
          }}
        />
      </Group>
      <SwitchedSeconds
        label="Ask with OPTIONS whether the carrier is there"
        every="Every"
        isOn={draft.asksIfAlive}
        secs={draft.asksEverySecs}
        min={5}
        max={3_600}
        onChange={(asksIfAlive, asksEverySecs) => {
          change({ asksIfAlive, asksEverySecs });
        }}
      />
      <SwitchedSeconds
        label="Session timer, which finds calls whose end was lost"
        every="Refreshed within"
        isOn={draft.hasSessionTimer}
        secs={draft.sessionTimerSecs}
        min={90}
        max={86_400}
        onChange={(hasSessionTimer, sessionTimerSecs) => {
          change({ hasSessionTimer, sessionTimerSecs });
        }}
      />
    </Stack>
  );
}

/** How much the line carries, and what a caller above it hears. */
export function LimitFields({ draft, change, faults }: FieldsProps): ReactNode {
  return (
    <Stack gap="sm">
      <Group grow align="flex-start">
        <NumberInput
          label="Calls at once"
          placeholder="No limit"
          min={1}
          max={10_000}
          value={draft.maxConcurrentCalls ?? ""}
          error={faults["maxConcurrentCalls"]}
          onChange={(calls) => {
            change({ maxConcurrentCalls: typeof calls === "number" ? calls : null });
          }}
        />
        <NumberInput
          label="New calls a second"
          placeholder="No limit"
          min={1}
          max={1_000}
          value={draft.callsPerSecond ?? ""}
          error={faults["callsPerSecond"]}
          onChange={(calls) => {
            change({ callsPerSecond: typeof calls === "number" ? calls : null });
          }}
        />
      </Group>
      <Choice
        label="A call above the limit is answered"
        choices={[
          ["503", "503: the carrier tries elsewhere"],
          ["486", "486: the caller hears busy"],
        ]}
        value={draft.overLimitStatus === 486 ? "486" : "503"}
        onChoose={(status) => {
          change({ overLimitStatus: status === "486" ? 486 : 503 });
        }}
      />
    </Stack>
  );
}

const codecsOf = {
  any: null,
  pcma: ["pcma"],
  pcmu: ["pcmu"],
  "pcma,pcmu": ["pcma", "pcmu"],
  "pcmu,pcma": ["pcmu", "pcma"],
} satisfies Record<string, FieldsProps["draft"]["codecs"]>;

function codecsText(codecs: FieldsProps["draft"]["codecs"]): keyof typeof codecsOf {
  const text = codecs?.join(",");
  return text === "pcma" || text === "pcmu" || text === "pcma,pcmu" || text === "pcmu,pcma"
    ? text
    : "any";
}

function Choice<Value extends string>({
  label,
  choices,
  value,
  onChoose,
}: {
  readonly label: string;
  readonly choices: readonly (readonly [value: Value, label: string])[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}): ReactNode {
  return (
    <Select
      label={label}
      data={choices.map(([each, words]) => ({ value: each, label: words }))}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => {
        const choice = choices.find(([each]) => each === chosen);
        if (choice !== undefined) onChoose(choice[0]);
      }}
    />
  );
}

function SwitchedSeconds({
  label,
  every,
  isOn,
  secs,
  min,
  max,
  onChange,
}: {
  readonly label: string;
  readonly every: string;
  readonly isOn: boolean;
  readonly secs: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (isOn: boolean, secs: number) => void;
}): ReactNode {
  return (
    <Group grow align="flex-end">
      <Switch
        label={label}
        checked={isOn}
        onChange={(event) => {
          onChange(event.currentTarget.checked, secs);
        }}
      />
      <NumberInput
        label={every}
        suffix=" seconds"
        min={min}
        max={max}
        disabled={!isOn}
        value={secs}
        onChange={(value) => {
          if (typeof value === "number") onChange(isOn, value);
        }}
      />
    </Group>
  );
}
