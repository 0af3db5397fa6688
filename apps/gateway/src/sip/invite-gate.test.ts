import { seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { TrunkId, TrunkPlan } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Admission, admit, inviteFault, type StrangerPolicy } from "./invite-gate.ts";
import type { SrfMessage } from "./srf.ts";
import { StrangerWatch } from "./stranger-watch.ts";
import { aTrunkPlan, newsOf } from "./testing/trunk-plan.ts";
import { TrunkDirectory } from "./trunk-directory.ts";

let clock: TestClock;
let watch: StrangerWatch;
let directory: TrunkDirectory;

beforeEach(() => {
  clock = new TestClock();
  watch = new StrangerWatch(clock, silentLog);
  directory = new TrunkDirectory({
    send: () => Promise.resolve({ kind: "unanswered" }),
    ourHostPort: () => null,
    onReport: () => undefined,
    resolver: {
      srv: () => Promise.reject(new Error("ENOTFOUND")),
      addresses: () => Promise.resolve(["198.51.100.7"]),
    },
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
});
afterEach(async () => {
  watch.close();
  await directory.close();
  expect(clock.pendingCount).toBe(0);
});

describe("admit", () => {
  test("takes a call from an address of a trunk, and the narrowest range wins", () => {
    tell([
      trunk("trunk_wide", ["192.0.2.0/24"]),
      trunk("trunk_one", ["192.0.2.7"]),
      trunk("trunk_off", ["203.0.113.1"], { enabled: false }),
    ]);

    expect(trunkOf(from("192.0.2.7"))).toBe("trunk_one");
    expect(trunkOf(from("192.0.2.8"))).toBe("trunk_wide");
    expect(admitted(from("203.0.113.1"))).toEqual({ kind: "answered", status: 403, headers: {} });
  });

  test("takes a call from a trunk's servers once they were looked up, where it may", async () => {
    const servers = [{ host: "carrier.example", port: 5_060 }];
    tell([trunk("trunk_1", [], { servers })], false);
    const before = admitted(from("198.51.100.7"));
    await clock.advanceAsync(0);
    await clock.advanceAsync(0);

    expect(before.kind).toBe("answered");
    expect(trunkOf(from("198.51.100.7"))).toBe("trunk_1");
  });

  test("nobody is a stranger before the trunks were told", () => {
    expect(admitted(from("192.0.2.7"))).toEqual({
      kind: "answered",
      status: 503,
      headers: { "Retry-After": "5" },
    });
    expect(watch.counts).toMatchObject({ refused: 0 });
  });

  test("challenges a stranger where a trunk has a password for callers, and only there", () => {
    const digest = { username: "carrier", password: "practice" };
    tell([trunk("trunk_1", [], { inbound: { addresses: [], fromServers: false, digest } })]);
    const challenged = admitted(from("192.0.2.7"));
    tell([trunk("trunk_1", ["203.0.113.1"])]);
    const refused = admitted(from("192.0.2.7"));

    expect(challenged).toMatchObject({
      status: 401,
      headers: { "WWW-Authenticate": expect.stringMatching(/^Digest realm="agentcall"/) as string },
    });
    expect(refused).toMatchObject({ status: 403 });
    expect(watch.counts).toEqual({ refused: 1, challenged: 1, dropped: 0, malformed: 0 });
  });

  test("leaves strangers without an answer where that is the setting, or when they are too many", () => {
    tell([trunk("trunk_1", ["203.0.113.1"])]);

    expect(admitted(from("192.0.2.7"), "drop")).toEqual({ kind: "dropped" });
    const answers = Array.from({ length: 30 }, () => admitted(from("192.0.2.7")).kind);

    expect(answers.filter((kind) => kind === "answered")).toHaveLength(19);
    expect(watch.counts).toEqual({ refused: 19, challenged: 0, dropped: 12, malformed: 0 });
  });

  test("drops what is malformed, a trunk's own too, and counts it", () => {
    tell([trunk("trunk_1", ["192.0.2.7"])]);

    expect(admitted(from("192.0.2.7", { Contact: "<sip:>" }))).toEqual({ kind: "dropped" });
    expect(watch.counts).toMatchObject({ malformed: 1 });
  });
});

describe("inviteFault", () => {
  test.each([
    ["a proper one", {}, null],
    ["a Contact with a name and an address", { Contact: '"x" <sip:a@[2001:db8::1]:5060>' }, null],
    ["a Call-ID of 256 bytes", { "Call-ID": "c".repeat(256) }, null],
    ["a Call-ID of 257 bytes", { "Call-ID": "c".repeat(257) }, "call-id"],
    ["a Call-ID beyond ASCII", { "Call-ID": "ä@x" }, "call-id"],
    ["no Call-ID", { "Call-ID": "" }, "call-id"],
    ["no Contact", { Contact: "" }, "contact"],
    ["a Contact without a host", { Contact: "<sip:alice@>" }, "contact"],
    ["a Contact of another scheme", { Contact: "<tel:+1>" }, "contact"],
    ["a Contact beyond ASCII", { Contact: "<sip:ä@host>" }, "contact"],
    ["headers that no response could repeat", { From: `<sip:${"f".repeat(4_100)}@x>` }, "too-long"],
  ])("of %s", (_, headers, fault) => {
    expect(inviteFault(from("192.0.2.7", headers))).toBe(fault);
  });
});

function tell(trunks: readonly TrunkPlan[], leads = false): void {
  directory.apply(newsOf(trunks, leads));
}

function trunk(
  id: string,
  addresses: readonly string[],
  changes: Partial<TrunkPlan> = {},
): TrunkPlan {
  const inbound = { addresses: [...addresses], fromServers: true, digest: null };
  return aTrunkPlan({ trunkId: id as TrunkId, inbound, ...changes });
}

function admitted(request: SrfMessage, policy: StrangerPolicy = "refuse"): Admission {
  return admit(request, directory, watch, policy);
}

function trunkOf(request: SrfMessage): string | null {
  const admission = admitted(request);
  return admission.kind === "admitted" ? admission.plan.trunkId : null;
}

function from(address: string, headers: Readonly<Record<string, string>> = {}): SrfMessage {
  const all: Readonly<Record<string, string>> = {
    Via: "SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1",
    From: "<sip:+14155550123@192.0.2.7>;tag=1",
    To: "<sip:+14155550100@203.0.113.5>",
    "Call-ID": "abc@192.0.2.7",
    Contact: "<sip:192.0.2.7>",
    ...headers,
  };
  return {
    source: "network",
    source_address: address,
    source_port: 5_060,
    uri: "sip:+14155550100@203.0.113.5",
    body: "",
    has: (name) => name in all,
    get: (name) => all[name],
  };
}
