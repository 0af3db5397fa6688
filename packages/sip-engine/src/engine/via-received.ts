import { splitList } from "../message/header-params.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { parseVia, writeVia } from "../message/via.ts";
import type { Flow } from "../transport/flow.ts";

/**
 * Notes in the top Via where the request really came from (RFC 3261 §18.2.1, RFC 3581 §4), so
 * that whoever reads it knows: `rport` always, `received` where the sender claims another host.
 */
export function withReceived(request: SipRequest, flow: Flow): SipRequest {
  const at = request.headers.findIndex(({ name }) => name === "Via");
  const values = splitList(request.headers[at]?.value ?? "");
  const via = parseVia(values[0] ?? "");
  if (via === null) return request; // refused by who reads the facts
  const params = new Map(via.params);
  params.set("rport", String(flow.port));
  if (via.host.replace(/^\[|\]$/g, "") !== flow.address) params.set("received", flow.address);
  const value = [writeVia({ ...via, params }), ...values.slice(1)].join(", ");
  const headers = request.headers.map((header, index) =>
    index === at ? { ...header, value } : header,
  );
  return { ...request, headers };
}
