import { callStatuses } from "@agentcall/contract";
import { Group, Select, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useRef } from "react";
import { useNumbers } from "../../api/numbers.ts";
import { callStateOf } from "../../parts/call-state.ts";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { type CallSearch, callSearchSchema, isCallerPartial } from "./call-search.ts";

const { direction, status } = callSearchSchema.shape;

/** Which calls are shown. `/` brings the cursor to the caller's number. */
export function CallFilters({
  search,
  onChange,
}: {
  readonly search: CallSearch;
  readonly onChange: (search: CallSearch) => void;
}): ReactNode {
  const caller = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => caller.current?.focus()]]);
  const { data: numbers = [] } = useNumbers();
  return (
    <Group mb="sm" gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        ref={caller}
        w={190}
        label="Caller"
        placeholder="Whole number"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={search.caller}
        rightSectionWidth={70}
        rightSection={
          isCallerPartial(search) ? <span className="field-note">not whole</span> : null
        }
        onChange={(event) => {
          onChange({ ...search, caller: event.currentTarget.value });
        }}
      />
      <Select
        w={210}
        label="Number"
        placeholder="Every number"
        clearable
        searchable
        clearButtonProps={{ "aria-label": "Every number" }}
        value={search.number}
        data={numbers.map(({ id, number, label }) => ({
          value: id,
          label: `${phoneNumberText(number)}${label === null ? "" : ` ${label}`}`,
        }))}
        onChange={(number) => {
          onChange({ ...search, number });
        }}
      />
      <Select
        w={130}
        label="Direction"
        placeholder="Both"
        clearable
        clearButtonProps={{ "aria-label": "Both directions" }}
        value={search.direction}
        data={[
          { value: "inbound", label: "Inbound" },
          { value: "outbound", label: "Outbound" },
        ]}
        onChange={(value) => {
          onChange({ ...search, direction: direction.parse(value) });
        }}
      />
      <Select
        w={150}
        label="State"
        placeholder="Every state"
        clearable
        clearButtonProps={{ "aria-label": "Every state" }}
        value={search.status}
        data={callStatuses.map((value) => ({ value, label: callStateOf(value).words }))}
        onChange={(value) => {
          onChange({ ...search, status: status.parse(value) });
        }}
      />
      <Day
        label="From"
        value={search.since}
        onChange={(since) => {
          onChange({ ...search, since });
        }}
      />
      <Day
        label="Until"
        value={search.until}
        onChange={(until) => {
          onChange({ ...search, until });
        }}
      />
    </Group>
  );
}

function Day({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (day: string | null) => void;
}): ReactNode {
  return (
    <TextInput
      type="date"
      w={136}
      label={label}
      value={value ?? ""}
      onChange={({ currentTarget }) => {
        onChange(currentTarget.value === "" ? null : currentTarget.value);
      }}
    />
  );
}
