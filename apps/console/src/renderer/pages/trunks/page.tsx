import type { TrunkView } from "@agentcall/contract";
import { Button, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { z } from "zod";
import { useTrunks } from "../../api/trunks.ts";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { moveRowFocus } from "../../parts/row-focus.ts";
import { AddTrunk } from "./add-trunk.tsx";
import { serverText } from "./trunk-draft.ts";
import { TrunkDrawer } from "./trunk-drawer.tsx";
import { TrunkStateDot } from "./trunk-state.tsx";

const searchSchema = z.object({ open: z.string().nullable().catch(null) });

/** The carriers' lines, and whether calls can come and go on each. */
export function Page(): ReactNode {
  const trunks = useTrunks();
  const { open } = searchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const show = (id: string | null): void => {
    void navigate({ to: "/trunks", search: { open: id }, replace: true });
  };
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      onClick={() => {
        setAdding(true);
      }}
    >
      Add trunk…
    </Button>
  );
  return (
    <>
      <PageHead title="Trunks">{add}</PageHead>
      <Loaded query={trunks} failure="The trunks could not be read.">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No carrier is connected yet" action={add}>
              A trunk is the line that your telephone carrier sold you. Have its server at hand, and
              the user name and password where it gave you some.
            </EmptyState>
          ) : (
            <TrunkTable trunks={list} openId={open} onOpen={show} />
          )
        }
      </Loaded>
      <AddTrunk
        opened={adding}
        onClose={() => {
          setAdding(false);
        }}
        onAdded={({ id }) => {
          setAdding(false);
          show(id);
        }}
      />
      <TrunkDrawer
        trunk={trunks.data?.find(({ id }) => id === open) ?? null}
        onClose={() => {
          show(null);
        }}
      />
    </>
  );
}

function TrunkTable({
  trunks,
  openId,
  onOpen,
}: {
  readonly trunks: readonly TrunkView[];
  readonly openId: string | null;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  return (
    <Table highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Servers</Table.Th>
          <Table.Th>Transport</Table.Th>
          <Table.Th ta="right">Calls at once</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {trunks.map(({ id, name, state, servers, transport, maxConcurrentCalls }) => (
          <Table.Tr
            key={id}
            className={openId === id ? "row-link row-selected" : "row-link"}
            tabIndex={0}
            aria-label={`Trunk ${name}`}
            onClick={() => {
              onOpen(id);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter") onOpen(id);
              else moveRowFocus(event);
            }}
          >
            <Table.Td maw={240}>
              <Text size="sm" fw={550} truncate>
                {name}
              </Text>
            </Table.Td>
            <Table.Td>
              <TrunkStateDot state={state} />
            </Table.Td>
            <Table.Td maw={280}>
              <Text size="sm" truncate>
                {servers.map(serverText).join(", ") || "Takes calls only"}
              </Text>
            </Table.Td>
            <Table.Td>{transport.toUpperCase()}</Table.Td>
            <Table.Td ta="right">{maxConcurrentCalls ?? "No limit"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
