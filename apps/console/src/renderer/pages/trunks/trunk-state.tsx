import type { TrunkState, TrunkTestLine } from "@agentcall/contract";
import type { ReactNode } from "react";
import { StatusDot, type StatusKind } from "../../parts/status-dot.tsx";

const states: Readonly<Record<TrunkState, readonly [kind: StatusKind, words: string]>> = {
  up: ["good", "Up"],
  down: ["bad", "Down"],
  unknown: ["waiting", "Not heard of yet"],
  off: ["off", "Switched off"],
};

/** Whether calls can come and go, in a word. */
export function TrunkStateDot({ state }: { readonly state: TrunkState }): ReactNode {
  const [kind, words] = states[state];
  return <StatusDot kind={kind}>{words}</StatusDot>;
}

const verdicts: Readonly<
  Record<TrunkTestLine["verdict"], readonly [kind: StatusKind, words: string]>
> = {
  passed: ["good", "Passed"],
  warning: ["waiting", "Look at this"],
  failed: ["bad", "Failed"],
  skipped: ["off", "Not checked"],
};

export function VerdictDot({ verdict }: { readonly verdict: TrunkTestLine["verdict"] }): ReactNode {
  const [kind, words] = verdicts[verdict];
  return <StatusDot kind={kind}>{words}</StatusDot>;
}

/** What each check of a trunk's test is about. */
export const checkNames: Readonly<Record<TrunkTestLine["check"], string>> = {
  dns: "Its servers are found",
  reachability: "A connection opens",
  options: "It answers",
  register: "It lets us register",
  codec: "A codec in common",
  rtp_ports: "Ports for the voice",
};
