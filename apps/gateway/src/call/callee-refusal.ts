import type { EndCause } from "@agentcall/contract";
import type { LegRefusal } from "../sip/sip-leg.ts";

const causesOfStatus: Readonly<Record<number, EndCause>> = {
  404: "callee_unknown",
  408: "callee_no_answer",
  410: "callee_unknown",
  480: "callee_no_answer",
  484: "callee_unknown",
  486: "callee_busy",
  487: "callee_no_answer",
  488: "no_common_codec",
  600: "callee_busy",
  603: "callee_declined",
  604: "callee_unknown",
  606: "no_common_codec",
};

/** Why a call of ours was not taken. */
export function causeOfRefusal({ sipStatus, isUnreached }: LegRefusal): EndCause {
  if (isUnreached) return "carrier_unreachable";
  return causesOfStatus[sipStatus] ?? "carrier_refused";
}

/** The Q.850 cause of a SIP status (RFC 3398 section 8.2.6.1); null where the table has none. */
export function q850OfStatus(sipStatus: number): number | null {
  return q850Causes[sipStatus] ?? null;
}

const q850Causes: Readonly<Record<number, number>> = {
  400: 41,
  401: 21,
  402: 21,
  403: 21,
  404: 1,
  405: 63,
  406: 79,
  407: 21,
  408: 102,
  410: 22,
  413: 127,
  414: 127,
  415: 79,
  416: 127,
  420: 127,
  421: 127,
  423: 127,
  480: 18,
  481: 41,
  482: 25,
  483: 25,
  484: 28,
  485: 1,
  486: 17,
  488: 88,
  500: 41,
  501: 79,
  502: 38,
  503: 41,
  504: 102,
  505: 127,
  513: 127,
  600: 17,
  603: 21,
  604: 1,
  606: 88,
};
