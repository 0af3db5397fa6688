import type { TrunkPlan } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { plainFormat } from "./number-format.ts";
import { outboundCall } from "./outbound-call.ts";
import { aTrunkPlan } from "./testing/trunk-plan.ts";

const target = { address: "192.0.2.1", port: 5_060, transport: "udp" } as const;

function callThrough(changes: Partial<TrunkPlan>): ReturnType<typeof outboundCall> {
  const servers = [{ host: "sip.carrier.example", port: null }];
  const parties = { from: "+14155550100", to: "+4930123456" };
  return outboundCall(aTrunkPlan({ servers, ...changes }), target, parties, "203.0.113.5:5060");
}

describe("outboundCall", () => {
  test("names the carrier's domain, and goes to the server that was found", () => {
    const call = callThrough({ credentials: { username: "alice", password: "practice" } });

    expect(call).toEqual({
      uri: "sip:+4930123456@sip.carrier.example",
      proxy: "sip:192.0.2.1:5060;transport=udp",
      auth: { username: "alice", password: "practice" },
      headers: {
        From: "<sip:+14155550100@sip.carrier.example>",
        To: "<sip:+4930123456@sip.carrier.example>",
        Contact: "<sip:alice@203.0.113.5:5060>",
        Allow: "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE",
        "P-Asserted-Identity": "<sip:+14155550100@sip.carrier.example>",
        Supported: "timer",
        "Session-Expires": "1800",
      },
    });
  });

  test("writes the number and the caller as the trunk wants them", () => {
    const call = callThrough({
      transport: "tcp",
      sessionTimerSecs: null,
      numberFormat: { ...plainFormat, countryCode: "49", dial: "national", scheme: "tel" },
      identity: { fromUser: "main", fromDomain: "company.example", assertedIdentity: false },
    });

    expect(call.uri).toBe("tel:030123456");
    expect(call.headers).toEqual({
      From: "<sip:main@company.example>",
      To: "<tel:030123456>",
      Contact: "<sip:agentcall@203.0.113.5:5060;transport=tcp>",
      Allow: "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE",
    });
  });
});
