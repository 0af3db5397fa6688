import type { NumberView } from "@agentcall/contract";
import { Button, Group, SegmentedControl } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { z } from "zod";
import { useNumbers } from "../../api/numbers.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { FilterInput } from "../../parts/filter-input.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { TableSkeleton } from "../../parts/table-skeleton.tsx";
import { AddNumber } from "./add-number.tsx";
import { BulkKeyDialog } from "./bulk-key-dialog.tsx";
import { NumberDrawer } from "./number-drawer.tsx";
import { filterNumbers, numberFilters, sortNumbers } from "./number-list.ts";
import { NumberTable } from "./number-table.tsx";

const searchSchema = z.object({
  q: z.string().catch(""),
  show: z.enum(numberFilters).catch("all"),
  sort: z.enum(["number", "label", "state"]).catch("number"),
  open: z.string().nullable().catch(null),
});
type Search = z.infer<typeof searchSchema>;

/** The numbers of the appliance: a table, and a drawer with the agent of the one that is open. */
export function Page(): ReactNode {
  const { data, error, refetch } = useNumbers();
  const [search, setSearch] = useNumberSearch();
  const [adding, setAdding] = useState(false);
  if (data === undefined) {
    return (
      <>
        <PageHead title="Numbers" />
        {error === null ? (
          <TableSkeleton />
        ) : (
          <ProblemBox
            what="The numbers could not be read."
            error={error}
            onRetry={() => void refetch()}
          />
        )}
      </>
    );
  }
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      onClick={() => {
        setAdding(true);
      }}
    >
      Add number…
    </Button>
  );
  return (
    <>
      <PageHead title="Numbers" count={String(data.length)}>
        {add}
      </PageHead>
      {data.length === 0 ? (
        <EmptyState title="No numbers yet" action={add}>
          A number of your carrier that the appliance answers. You need a trunk that brings its
          calls.
        </EmptyState>
      ) : (
        <Numbers numbers={data} search={search} setSearch={setSearch} />
      )}
      <AddNumber
        opened={adding}
        onClose={() => {
          setAdding(false);
        }}
        onAdded={(number) => {
          setSearch({ open: number.id });
        }}
      />
      <NumberDrawer
        number={data.find(({ id }) => id === search.open) ?? null}
        onClose={() => {
          setSearch({ open: null });
        }}
      />
    </>
  );
}

function Numbers({
  numbers,
  search,
  setSearch,
}: {
  readonly numbers: readonly NumberView[];
  readonly search: Search;
  readonly setSearch: (change: Partial<Search>) => void;
}): ReactNode {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [givingKey, setGivingKey] = useState(false);
  const shown = sortNumbers(filterNumbers(numbers, search.q, search.show), search.sort);
  return (
    <>
      <Group mb="sm" gap="sm">
        <FilterInput
          label="Filter by number or label"
          value={search.q}
          onChange={(q) => {
            setSearch({ q });
          }}
        />
        <SegmentedControl
          size="xs"
          value={search.show}
          onChange={(show) => {
            setSearch({ show: searchSchema.shape.show.parse(show) });
          }}
          data={[
            { value: "all", label: "All" },
            { value: "attention", label: `Needs attention ${attentionCount(numbers)}` },
            { value: "own", label: "Own key" },
            { value: "managed", label: "Managed key" },
          ]}
        />
        {selected.size === 0 ? null : (
          <Button
            size="xs"
            variant="light"
            leftSection={<IconKey size={14} />}
            onClick={() => {
              setGivingKey(true);
            }}
          >
            Give {selected.size} an own key…
          </Button>
        )}
      </Group>
      <NumberTable
        numbers={shown}
        openId={search.open}
        onOpen={(open) => {
          setSearch({ open });
        }}
        sort={search.sort}
        onSort={(sort) => {
          setSearch({ sort });
        }}
        selected={selected}
        onSelect={setSelected}
      />
      <BulkKeyDialog
        opened={givingKey}
        numbers={numbers.filter(({ id }) => selected.has(id))}
        onClose={() => {
          setGivingKey(false);
        }}
      />
    </>
  );
}

/** What is looked at stands in the address, so that it is still there on return. */
function useNumberSearch(): [Search, (change: Partial<Search>) => void] {
  const search = searchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  return [
    search,
    (change) => {
      void navigate({ to: "/numbers", search: { ...search, ...change }, replace: true });
    },
  ];
}

function attentionCount(numbers: readonly NumberView[]): string {
  const count = filterNumbers(numbers, "", "attention").length;
  return count === 0 ? "" : String(count);
}
