import type { CallView } from "@agentcall/contract";

/** The number of ours that a call came to or went out from, and who was at the other end. */
export function partiesOf({ direction, from, to }: Pick<CallView, "direction" | "from" | "to">): {
  readonly ours: string;
  readonly theirs: string;
} {
  return direction === "inbound" ? { ours: to, theirs: from } : { ours: from, theirs: to };
}
