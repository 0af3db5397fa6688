import type { ContactView } from "@agentcall/contract";
import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { z } from "zod";
import { useContacts } from "../../api/contacts.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { FilterInput } from "../../parts/filter-input.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { rowLink } from "../../parts/row-link.ts";
import { StatusDot } from "../../parts/status-dot.tsx";
import { TableSkeleton } from "../../parts/table-skeleton.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { ContactDrawer } from "./contact-drawer.tsx";
import { contactsLike, wholeNumberIn } from "./contact-list.ts";

const searchSchema = z.object({ open: z.string().nullable().catch(null) });

/** Everybody who has called, and what is remembered of them. */
export function Page(): ReactNode {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useContacts();
  const { open } = searchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [filter, setFilter] = useState("");
  const contacts = data?.pages.flatMap(({ items }) => items);
  const show = (phone: string | null): void => {
    void navigate({ to: "/contacts", search: { open: phone }, replace: true });
  };
  return (
    <>
      <PageHead title="Contacts">
        <FilterInput label="Name or number" value={filter} onChange={setFilter} />
      </PageHead>
      {contacts === undefined && error === null ? <TableSkeleton /> : null}
      {contacts === undefined && error !== null ? (
        <ProblemBox
          what="The contacts could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {contacts === undefined ? null : (
        <Found
          contacts={contactsLike(contacts, filter)}
          areAll={!hasNextPage}
          filter={filter}
          openPhone={open}
          onOpen={show}
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
            Show older contacts
          </Button>
        </Group>
      ) : null}
      <ContactDrawer
        phone={open}
        onClose={() => {
          show(null);
        }}
      />
    </>
  );
}

function Found({
  contacts,
  areAll,
  filter,
  openPhone,
  onOpen,
}: {
  readonly contacts: readonly ContactView[];
  readonly areAll: boolean;
  readonly filter: string;
  readonly openPhone: string | null;
  readonly onOpen: (phone: string) => void;
}): ReactNode {
  if (contacts.length > 0) {
    return <ContactTable contacts={contacts} openPhone={openPhone} onOpen={onOpen} />;
  }
  const whole = wholeNumberIn(filter);
  if (whole !== null && !areAll) {
    return (
      <EmptyState
        title="Not among the newest"
        action={
          <Button
            variant="default"
            onClick={() => {
              onOpen(whole);
            }}
          >
            Look for {phoneNumberText(whole)}
          </Button>
        }
      >
        The list holds the newest contacts only; a whole number is looked for among all of them.
      </EmptyState>
    );
  }
  if (filter !== "") {
    return (
      <EmptyState title="Nobody is shown by this filter">
        {areAll
          ? "It is looked for in names, tags and numbers."
          : "There are older contacts below."}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nobody has called yet">
      Whoever calls a number whose agent remembers callers appears here after the call.
    </EmptyState>
  );
}

function ContactTable({
  contacts,
  openPhone,
  onOpen,
}: {
  readonly contacts: readonly ContactView[];
  readonly openPhone: string | null;
  readonly onOpen: (phone: string) => void;
}): ReactNode {
  return (
    <Table highlightOnHover stickyHeader stickyHeaderOffset={-16}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Number</Table.Th>
          <Table.Th>Tags</Table.Th>
          <Table.Th w={170}>Changed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {contacts.map(({ id, phone, displayName, tags, blockedAt, updatedAt }) => (
          <Table.Tr
            key={id}
            className={openPhone === phone ? "row-link row-selected" : "row-link"}
            aria-label={`Contact ${displayName ?? phone}`}
            {...rowLink(() => {
              onOpen(phone);
            })}
          >
            <Table.Td maw={280}>
              <Text size="sm" fw={550} truncate>
                {displayName ?? "Name not known"}
              </Text>
            </Table.Td>
            <Table.Td>{phoneNumberText(phone)}</Table.Td>
            <Table.Td>
              <Group gap={4}>
                {blockedAt === null ? null : <StatusDot kind="bad">Blocked</StatusDot>}
                {tags.map((tag) => (
                  <Badge key={tag} variant="outline" color="gray" tt="none">
                    {tag}
                  </Badge>
                ))}
              </Group>
            </Table.Td>
            <Table.Td>
              <TimeText at={updatedAt} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
