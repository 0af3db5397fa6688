import type { TrunkStatusView } from "@agentcall/contract";
import { List, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTrunkStatus } from "../../api/trunks.ts";
import { Facts } from "../../parts/facts.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { TimeText } from "../../parts/time-text.tsx";
import { TrunkStateDot } from "./trunk-state.tsx";

/** How a trunk fares, in the appliance's own sentence, and what stands behind it. */
export function TrunkStatus({ trunkId }: { readonly trunkId: string }): ReactNode {
  const status = useTrunkStatus(trunkId);
  return (
    <Loaded query={status} failure="The trunk's status could not be read.">
      {(told) => (
        <Stack gap="xs">
          <Text fw={550} component="div">
            <TrunkStateDot state={told.state} />
          </Text>
          <Text size="sm">{told.message}</Text>
          <Facts facts={factsOf(told)} />
          {told.notes.length === 0 ? null : (
            <List size="sm">
              {told.notes.map((note) => (
                <List.Item key={note}>{note}</List.Item>
              ))}
            </List>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

function factsOf(status: TrunkStatusView): readonly (readonly [string, ReactNode])[] {
  const { since, server, registration, keepAlive, callsInProgress } = status;
  const roundTripMs = keepAlive?.roundTripMs ?? null;
  return [
    ["Calls now", String(callsInProgress)],
    ...(since === null ? [] : [["Since", <TimeText key="since" at={since} />] as const]),
    ...(server === null ? [] : [["Server in use", server] as const]),
    ...(registration?.expiresAt == null
      ? []
      : [["Registered until", <TimeText key="until" at={registration.expiresAt} />] as const]),
    ...(registration?.sipStatus == null
      ? []
      : [["Last answer to REGISTER", String(registration.sipStatus)] as const]),
    ...(roundTripMs === null ? [] : [["Answers after", `${roundTripMs.toFixed(0)} ms`] as const]),
  ];
}
