import type { CallView } from "@agentcall/contract";
import { Button, Group } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useCallHistory } from "../../api/calls.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { TableSkeleton } from "../../parts/table-skeleton.tsx";
import { CallFilters } from "./call-filters.tsx";
import { type CallSearch, callSearchSchema, filterOf, isFiltered } from "./call-search.ts";
import { HistoryTable } from "./history-table.tsx";

/** Every call that there was, newest first. */
export function Page(): ReactNode {
  const [search, setSearch] = useCallSearch();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useCallHistory(
    filterOf(search),
  );
  const calls = data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHead
        title="Calls"
        {...(calls === undefined ? {} : { count: countText(calls, hasNextPage) })}
      />
      <CallFilters search={search} onChange={setSearch} />
      {calls === undefined && error === null ? <TableSkeleton /> : null}
      {calls === undefined && error !== null ? (
        <ProblemBox
          what="The calls could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {calls === undefined ? null : (
        <Found
          calls={calls}
          search={search}
          onClear={() => {
            setSearch(callSearchSchema.parse({}));
          }}
        />
      )}
      {hasNextPage ? (
        <Group justify="center" mt="sm">
          <Button
            variant="default"
            size="xs"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            Show older calls
          </Button>
        </Group>
      ) : null}
    </>
  );
}

function Found({
  calls,
  search,
  onClear,
}: {
  readonly calls: readonly CallView[];
  readonly search: CallSearch;
  readonly onClear: () => void;
}): ReactNode {
  if (calls.length > 0) return <HistoryTable calls={calls} />;
  if (!isFiltered(search)) {
    return (
      <EmptyState title="No call has come yet">
        Call one of your numbers: it appears here, with what was said and how fast the agent was.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No call is shown by these filters"
      action={
        <Button variant="default" onClick={onClear}>
          Show all calls
        </Button>
      }
    >
      There may be others: a filter is set.
    </EmptyState>
  );
}

/** What is looked for stands in the address, so that it is still there on return from a call. */
function useCallSearch(): [CallSearch, (search: CallSearch) => void] {
  const search = callSearchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  return [
    search,
    (next) => {
      void navigate({ to: "/calls", search: next, replace: true });
    },
  ];
}

function countText(calls: readonly CallView[], areMore: boolean): string {
  return `${String(calls.length)}${areMore ? " newest" : ""}`;
}
