import type { CallView } from "@agentcall/contract";
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { waterfallOf } from "./waterfall.ts";

/** How long the caller waited, and for what. */
export function Waterfall({ call }: { readonly call: CallView }): ReactNode {
  if (call.latency === null) return <SoFar call={call} />;
  const steps = waterfallOf(call.latency);
  const totalMs = steps.at(-1)?.toMs ?? 0;
  const { bargeInStopMs } = call.latency;
  return (
    <>
      <Table verticalSpacing={3} horizontalSpacing={4} withRowBorders={false}>
        <Table.Tbody>
          {steps.map(({ label, fromMs, toMs }) => (
            <Table.Tr key={label}>
              <Table.Th fw={400} scope="row">
                {label}
              </Table.Th>
              <Table.Td w="32%">
                <div className="waterfall-bar" aria-hidden>
                  <div
                    style={{
                      left: percent(fromMs, totalMs),
                      width: percent(toMs - fromMs, totalMs),
                    }}
                  />
                </div>
              </Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
                {msText(toMs)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" mt={6}>
        Since the call reached the appliance.
        {bargeInStopMs.length === 0 ? "" : ` ${bargeInText(bargeInStopMs)}`}
      </Text>
    </>
  );
}

/** The steps come with the call's record; while it goes on only the answer is known. */
function SoFar({ call: { startedAt, answeredAt } }: { readonly call: CallView }): ReactNode {
  const waitedMs =
    answeredAt === null ? null : new Date(answeredAt).getTime() - new Date(startedAt).getTime();
  return (
    <Text size="sm">
      {waitedMs === null ? "Not answered yet." : `Answered after ${msText(waitedMs)}.`}
      <Text component="span" inherit c="dimmed">
        {" The steps between are told when the call has ended."}
      </Text>
    </Text>
  );
}

function bargeInText(stopMs: readonly number[]): string {
  const times = stopMs.length === 1 ? "once" : `${String(stopMs.length)} times`;
  return `The caller spoke into an answer ${times}: the agent was silent after ${stopMs.map(msText).join(", ")}.`;
}

function percent(part: number, whole: number): string {
  return `${String(whole === 0 ? 0 : (part / whole) * 100)}%`;
}

function msText(ms: number): string {
  return `${Math.round(ms).toLocaleString()} ms`;
}
