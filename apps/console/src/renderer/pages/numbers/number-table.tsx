import type { NumberView } from "@agentcall/contract";
import { Checkbox, Table, Text, UnstyledButton } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { moveRowFocus } from "../../parts/row-focus.ts";
import { StatusDot } from "../../parts/status-dot.tsx";
import { type NumberSort, stateOf } from "./number-list.ts";

const rowPx = 37;
const rowsBeyond = 12; // rendered outside of what is seen, so that scrolling meets no gap
const headPx = 150; // page head, filters and column heads

type Props = {
  readonly numbers: readonly NumberView[];
  readonly openId: string | null;
  readonly onOpen: (id: string) => void;
  readonly sort: NumberSort;
  readonly onSort: (sort: NumberSort) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
};

/** Only the rows in sight are in the page: five thousand numbers scroll as twenty do. */
export function NumberTable(props: Props): ReactNode {
  const { numbers } = props;
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: numbers.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    overscan: rowsBeyond,
  });
  const items = rows.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={frame}
      style={{ overflowY: "auto", height: `calc(100vh - ${String(headPx)}px)` }}
      tabIndex={-1}
    >
      <Table stickyHeader highlightOnHover aria-rowcount={numbers.length + 1}>
        <Head {...props} />
        <Table.Tbody>
          {above > 0 ? <tr style={{ height: above }} aria-hidden /> : null}
          {items.map(({ index }) => {
            const number = numbers[index];
            return number === undefined ? null : (
              <Row key={number.id} number={number} index={index} {...props} />
            );
          })}
          {below > 0 ? <tr style={{ height: below }} aria-hidden /> : null}
        </Table.Tbody>
      </Table>
      {numbers.length === 0 ? (
        <Text c="dimmed" p="md">
          No number is shown by this filter.
        </Text>
      ) : null}
    </div>
  );
}

function Head({ numbers, selected, onSelect, sort, onSort }: Props): ReactNode {
  const areAll = numbers.length > 0 && numbers.every(({ id }) => selected.has(id));
  const areSome = !areAll && selected.size > 0;
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th w={40}>
          <Checkbox
            size="xs"
            aria-label="Select all numbers"
            checked={areAll}
            indeterminate={areSome}
            onChange={() => {
              onSelect(new Set(areAll ? [] : numbers.map(({ id }) => id)));
            }}
          />
        </Table.Th>
        <SortHead label="Number" by="number" sort={sort} onSort={onSort} />
        <SortHead label="Label" by="label" sort={sort} onSort={onSort} />
        <SortHead label="State" by="state" sort={sort} onSort={onSort} />
        <Table.Th>Key</Table.Th>
        <Table.Th>Voice</Table.Th>
        <Table.Th>Language</Table.Th>
      </Table.Tr>
    </Table.Thead>
  );
}

function SortHead({
  label,
  by,
  sort,
  onSort,
}: {
  readonly label: string;
  readonly by: NumberSort;
  readonly sort: NumberSort;
  readonly onSort: (sort: NumberSort) => void;
}): ReactNode {
  const isSorted = sort === by;
  return (
    <Table.Th aria-sort={isSorted ? "ascending" : "none"}>
      <UnstyledButton
        fz="sm"
        fw={600}
        onClick={() => {
          onSort(by);
        }}
      >
        {label} {isSorted ? <IconArrowDown size={12} aria-hidden /> : null}
      </UnstyledButton>
    </Table.Th>
  );
}

function Row({
  number,
  index,
  openId,
  onOpen,
  selected,
  onSelect,
}: Props & { readonly number: NumberView; readonly index: number }): ReactNode {
  const { id, label, inbound, voiceMode, keyPreview } = number;
  const state = stateOf(number);
  const toggle = (): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  return (
    <Table.Tr
      className={openId === id ? "row-link row-selected" : "row-link"}
      tabIndex={0}
      aria-rowindex={index + 2}
      aria-label={`Number ${number.number}`}
      onClick={() => {
        onOpen(id);
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === "Enter") onOpen(id);
        else if (event.key === " ") {
          event.preventDefault();
          toggle();
        } else moveRowFocus(event);
      }}
    >
      <Table.Td
        onClick={(event) => {
          event.stopPropagation();
        }}
      >
        <Checkbox
          size="xs"
          aria-label={`Select ${number.number}`}
          checked={selected.has(id)}
          onChange={toggle}
        />
      </Table.Td>
      <Table.Td fw={550} style={{ whiteSpace: "nowrap" }}>
        {phoneNumberText(number.number)}
      </Table.Td>
      <Table.Td>{label}</Table.Td>
      <Table.Td>
        <StatusDot kind={state.kind}>{state.words}</StatusDot>
      </Table.Td>
      <Table.Td>{voiceMode === "byok" ? `Own, ${keyPreview ?? ""}` : "Managed"}</Table.Td>
      <Table.Td tt="capitalize">{inbound?.voice ?? "–"}</Table.Td>
      <Table.Td>{inbound?.language ?? "–"}</Table.Td>
    </Table.Tr>
  );
}
