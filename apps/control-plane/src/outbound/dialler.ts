import type { ControlFrame } from "@agentcall/contract";
import type { Teller } from "../calls/call-store.ts";

/** A gateway that can place a call now. */
export type Dialler = {
  readonly teller: Teller;
  /** False when it has left. */
  send(frame: ControlFrame): boolean;
};
