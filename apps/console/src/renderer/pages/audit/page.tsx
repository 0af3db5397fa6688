import { Button, Group, Table, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { z } from "zod";
import { useApiKeys } from "../../api/api-keys.ts";
import { type AuditEntry, useAudit } from "../../api/audit.ts";
import { FilterInput } from "../../parts/filter-input.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { TableSkeleton } from "../../parts/table-skeleton.tsx";
import { clockText, TimeText } from "../../parts/time-text.tsx";
import { VirtualTable } from "../../parts/virtual-table.tsx";
import { actionText, detailLines, filterEntries } from "./audit-text.ts";
import { VerifyAudit } from "./verify-audit.tsx";

const rowPx = 50;
const abovePx = 210; // page head, filter, verdict, and what stands below the table
const searchSchema = z.object({ q: z.string().catch("") });

/** Who changed what, when: every line is chained to the one before it. */
export function Page(): ReactNode {
  const audit = useAudit();
  const { q } = searchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  const nameOf = useActorNames();
  const entries = audit.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHead title="Audit">
        <VerifyAudit />
      </PageHead>
      <Group mb="sm">
        <FilterInput
          label="Filter by who, what or number"
          value={q}
          onChange={(text) => {
            void navigate({ to: "/audit", search: { q: text }, replace: true });
          }}
        />
      </Group>
      {entries === undefined && audit.error !== null ? (
        <ProblemBox
          what="The audit could not be read."
          error={audit.error}
          onRetry={() => void audit.refetch()}
        />
      ) : null}
      {entries === undefined && audit.error === null ? <TableSkeleton /> : null}
      {entries === undefined ? null : (
        <>
          <Entries entries={filterEntries(entries, q, nameOf)} nameOf={nameOf} />
          <Group mt="sm" gap="sm">
            <Text size="sm" c="dimmed">
              {readText(entries, q !== "")}
            </Text>
            {audit.hasNextPage ? (
              <Button
                size="xs"
                variant="default"
                loading={audit.isFetchingNextPage}
                onClick={() => void audit.fetchNextPage()}
              >
                Read older entries
              </Button>
            ) : null}
          </Group>
        </>
      )}
    </>
  );
}

function Entries({
  entries,
  nameOf,
}: {
  readonly entries: readonly AuditEntry[];
  readonly nameOf: (actor: string) => string;
}): ReactNode {
  if (entries.length === 0) {
    return (
      <Text c="dimmed" p="md">
        No entry that was read so far matches this filter.
      </Text>
    );
  }
  return (
    <VirtualTable
      label="Audit entries"
      items={entries}
      rowPx={rowPx}
      abovePx={abovePx}
      head={
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={64}>No.</Table.Th>
            <Table.Th w={170}>When</Table.Th>
            <Table.Th w={200}>Who</Table.Th>
            <Table.Th w={190}>What</Table.Th>
            <Table.Th>On what, and how it changed</Table.Th>
          </Table.Tr>
        </Table.Thead>
      }
      row={(entry, index) => (
        <Row key={entry.seq} entry={entry} index={index} name={nameOf(entry.actor)} />
      )}
    />
  );
}

function Row({
  entry,
  index,
  name,
}: {
  readonly entry: AuditEntry;
  readonly index: number;
  readonly name: string;
}): ReactNode {
  const { seq, at, role, action, object, detail } = entry;
  const lines = detailLines(detail);
  return (
    <Table.Tr style={{ height: rowPx }} aria-rowindex={index + 2}>
      <Table.Td c="dimmed">{seq}</Table.Td>
      <Table.Td>
        <TimeText at={at} />
        <Text size="xs" c="dimmed">
          {clockText(new Date(at).getTime())}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" truncate title={entry.actor}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {role}
        </Text>
      </Table.Td>
      <Table.Td>{actionText(action)}</Table.Td>
      <Table.Td maw={0}>
        <Text size="sm" truncate>
          {object}
        </Text>
        <Text size="xs" c="dimmed" truncate title={lines.join("\n")}>
          {lines.join(" · ")}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** API keys by their labels; what is no key keeps its own name. */
function useActorNames(): (actor: string) => string {
  const { data: keys = [] } = useApiKeys();
  const labels = new Map(keys.map(({ id, label }) => [id, label ?? id]));
  return (actor) => labels.get(actor) ?? (actor === "appliance" ? "The appliance itself" : actor);
}

function readText(entries: readonly AuditEntry[], isFiltered: boolean): string {
  const count = `${String(entries.length)} ${entries.length === 1 ? "entry" : "entries"} read`;
  return isFiltered ? `${count}; the filter looks at these.` : `${count}.`;
}
