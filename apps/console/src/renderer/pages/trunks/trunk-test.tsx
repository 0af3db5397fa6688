import { Button, Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { IconStethoscope } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { testTrunk } from "../../api/trunks.ts";
import { ProblemBox } from "../../parts/problem-box.tsx";
import { checkNames, VerdictDot } from "./trunk-state.tsx";

const checkCount = Object.keys(checkNames).length;

/** Looks the carrier up and knocks at it, with a verdict and a sentence for each check. */
export function TrunkTest({ trunkId }: { readonly trunkId: string }): ReactNode {
  const test = useMutation({ mutationFn: () => testTrunk(trunkId) });
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" c="dimmed">
          Looks the servers up, knocks at them and tries to register. No call is made.
        </Text>
        <Button
          variant="default"
          size="xs"
          flex="none"
          leftSection={<IconStethoscope size={14} />}
          loading={test.isPending}
          onClick={() => {
            test.mutate();
          }}
        >
          Test trunk
        </Button>
      </Group>
      <div role="status" aria-live="polite" aria-label="Test of the trunk">
        {test.isPending ? <Skeleton height={32 * checkCount} /> : null}
        {test.isSuccess ? (
          <Table>
            <Table.Tbody>
              {test.data.lines.map(({ check, verdict, message }) => (
                <Table.Tr key={check}>
                  <Table.Th scope="row" fw={500}>
                    {checkNames[check]}
                  </Table.Th>
                  <Table.Td w={120}>
                    <VerdictDot verdict={verdict} />
                  </Table.Td>
                  <Table.Td>{message}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        ) : null}
      </div>
      {test.isError ? <ProblemBox what="The trunk was not tested." error={test.error} /> : null}
    </Stack>
  );
}
