import type { MessageMeta } from "../control/application.ts";
import type { Dialog } from "../dialog/dialog.ts";
import type { Flow } from "../transport/flow.ts";
import type { SipTransport } from "../transport/sip-transport.ts";

/** Of a message that came from the network. */
export function networkMeta(flow: Flow, transactionId: string, dialogId: string): MessageMeta {
  const { protocol, address, port } = flow;
  return { source: "network", protocol, address, port, transactionId, dialogId, local: null };
}

/** Of a response that the engine made up because none came: without an address. */
export function localMeta(flow: Flow, transactionId: string, dialogId: string): MessageMeta {
  return { ...networkMeta(flow, transactionId, dialogId), address: "", port: 0 };
}

/** Of an application's request as it went out. */
export function sentMeta(flow: Flow, { host, port }: SipTransport, id: string): MessageMeta {
  return {
    source: "application",
    protocol: flow.protocol,
    address: host,
    port,
    transactionId: id,
    dialogId: "",
    local: null,
  };
}

/** Of a request that the engine sent on its own into an application's dialog. */
export function unsolicitedMeta(dialog: Dialog, { host, port }: SipTransport): MessageMeta {
  return {
    source: "application",
    protocol: dialog.flow?.protocol ?? "udp",
    address: host,
    port,
    transactionId: "unsolicited",
    dialogId: dialog.id,
    local: null,
  };
}
