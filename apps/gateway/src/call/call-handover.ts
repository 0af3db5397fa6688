import { type Log, unreachable } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";
import type { G711Codec } from "@agentcall/media";
import type { Invite, SipLeg } from "../sip/sip-leg.ts";
import type { AudioJunction } from "./audio-junction.ts";
import type { CallPorts } from "./call-ports.ts";
import type { CallAction, CallInput } from "./call-state.ts";
import { FarParty } from "./far-party.ts";

export type HandoverAction = Extract<
  CallAction,
  { kind: "refer" | "dial" | "cancel-dial" | "bridge" }
>;

type CallHandoverOptions = {
  readonly ports: CallPorts;
  readonly callId: CallId;
  readonly invite: Invite;
  readonly leg: SipLeg;
  readonly log: Log;
  /** Presses a key at the caller's end. */
  readonly press: (digit: string) => void;
  readonly take: (input: CallInput) => void;
};

/** Hands a caller over to another party: by REFER, or by a leg of ours that is joined to the caller's. */
export class CallHandover {
  readonly #options: CallHandoverOptions;
  #farParty: FarParty | null = null;

  constructor(options: CallHandoverOptions) {
    this.#options = options;
  }

  /** The other party, to whom the caller's keys go as well; null where there is none. */
  get farParty(): FarParty | null {
    return this.#farParty;
  }

  /** Carries a step out. `codec` is what the caller speaks, `junction` where its audio is led. */
  do(action: HandoverAction, codec: G711Codec, junction: AudioJunction | null): void {
    switch (action.kind) {
      case "refer":
        this.#options.leg.refer(action.to);
        return;
      case "dial":
        this.#dial(action.to, codec);
        return;
      case "cancel-dial":
        this.close();
        this.#farParty = null;
        return;
      case "bridge":
        if (junction !== null) this.#farParty?.join(junction);
        return;
      default:
        unreachable(action);
    }
  }

  /** Hangs up on the other party. May be called twice. */
  close(): void {
    this.#farParty?.close();
  }

  #dial(to: string, codec: G711Codec): void {
    const { ports, callId, invite, log, press, take } = this.#options;
    this.#farParty = FarParty.dial({
      ports,
      callId,
      invite,
      to,
      codec,
      log,
      onEvent: (event) => {
        take({ kind: "far-end", event });
      },
      onDigit: press,
    });
  }
}
