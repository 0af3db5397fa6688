import type { Random } from "@agentcall/base";
import type { Dialog } from "../dialog/dialog.ts";
import { newBranch } from "../message/sip-ids.ts";
import { emptyBody, type SipHeader, type SipRequest } from "../message/sip-message.ts";
import type { Flow } from "../transport/flow.ts";
import type { SipTransport } from "../transport/sip-transport.ts";
import { buildRequestInDialog } from "./build-request.ts";
import { nextHop } from "./next-hop.ts";

/** A request that can be sent, and the way it goes. */
export type Built = { readonly request: SipRequest; readonly flow: Flow; readonly branch: string };

/** Makes requests of a dialog complete and finds their way (RFC 3261 §12.2.1.1). */
export class DialogRequests {
  readonly #transport: SipTransport;
  readonly #random: Random;

  constructor(transport: SipTransport, random: Random) {
    this.#transport = transport;
    this.#random = random;
  }

  /** The next request, counted. Null where there is no way to the other side from here. */
  next(dialog: Dialog, given: SipRequest): Built | null {
    dialog.localCseq += 1;
    if (given.method === "INVITE") dialog.lastInviteCseq = dialog.localCseq;
    return this.#build(dialog, given, dialog.localCseq);
  }

  /** The ACK to a 2xx, which has the number of its INVITE. */
  ack(dialog: Dialog, given: SipRequest = ownRequest("ACK", dialog)): Built | null {
    return this.#build(dialog, given, dialog.lastInviteCseq);
  }

  #build(dialog: Dialog, given: SipRequest, cseqNumber: number): Built | null {
    const flow = this.#flowOf(dialog);
    if (flow === null) return null;
    const branch = newBranch(this.#random);
    const sender = {
      hostPort: this.#transport.hostPortOf(flow.protocol),
      branch,
      flow,
      random: this.#random,
    };
    return { request: buildRequestInDialog(given, dialog, cseqNumber, sender), flow, branch };
  }

  /** Along the route where there is one, else the way that their requests come, else to their Contact. */
  #flowOf({ flow, routeSet, remoteTarget }: Dialog): Flow | null {
    if (routeSet.length === 0 && flow?.isOpen === true) {
      if (flow.protocol !== "udp") return flow;
      return this.#transport.flowTo("udp", flow.address, flow.port);
    }
    const hop = nextHop(remoteTarget, routeSet);
    if (hop === null) return null;
    return this.#transport.flowTo(hop.protocol, hop.address, hop.port, hop.name);
  }
}

/** A request of the engine's own, before a dialog has made it complete. */
export function ownRequest(
  method: string,
  dialog: Dialog,
  headers: readonly SipHeader[] = [],
  body: Buffer = emptyBody,
): SipRequest {
  return { kind: "request", method, uri: dialog.remoteTarget, headers, body };
}
