import type { Clock, Log, Random } from "@agentcall/base";
import type { ControlServer } from "../control/control-server.ts";
import type { DialogTable } from "../dialog/dialog-table.ts";
import type { SipTiming } from "../transaction/sip-timing.ts";
import type { SipTransport } from "../transport/sip-transport.ts";

/** What both sides of the engine work with. */
export type EngineParts = {
  readonly transport: SipTransport;
  readonly control: ControlServer;
  readonly dialogs: DialogTable;
  readonly timing: SipTiming;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** More than these at one moment is an attack or a loop: new requests are told to come later. */
export const transactionsMax = 20_000;
