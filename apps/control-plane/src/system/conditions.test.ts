import { alertCatalogue } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { conditionsOf, type SystemFacts } from "./conditions.ts";

const dayMs = 86_400_000;
const nowMs = 1_000 * dayMs;

const healthy: SystemFacts = {
  export: { forked: false, parked: false, failingSinceMs: null },
  gateways: [{ gatewayId: "gateway-1", pendingEvents: 0 }],
  disk: { totalBytes: 1_000, freeBytes: 500 },
  isWriteRefused: false,
  isVaultSealed: false,
  failingKeys: [],
  certificateEndsAtMs: nowMs + 30 * dayMs,
  license: { state: "valid", endsAtMs: nowMs + 365 * dayMs },
  trunksDown: [],
  jobsParked: 0,
  budgetsUsed: [],
  startedAtMs: nowMs - dayMs,
};

type Case = readonly [what: string, changes: Partial<SystemFacts>, codes: readonly string[]];

const failingFor = (ms: number): SystemFacts["export"] => ({
  ...healthy.export,
  failingSinceMs: nowMs - ms,
});

const cases: readonly Case[] = [
  ["nothing", {}, []],
  ["an export that has failed for less than a day", { export: failingFor(dayMs - 1) }, []],
  ["an export that has failed for a day", { export: failingFor(dayMs) }, ["export_failing"]],
  ["a parked batch", { export: { ...healthy.export, parked: true } }, ["export_parked"]],
  ["a fork", { export: { ...healthy.export, forked: true } }, ["export_forked"]],
  ["no gateway right after the start", { gateways: [], startedAtMs: nowMs - 59_999 }, []],
  ["no gateway", { gateways: [] }, ["gateway_missing"]],
  ["a gateway that has not said", { gateways: [{ gatewayId: "g", pendingEvents: null }] }, []],
  ["a spool in use", { gateways: [{ gatewayId: "g", pendingEvents: 1_000 }] }, []],
  [
    "a spool that grows",
    { gateways: [{ gatewayId: "g", pendingEvents: 1_001 }] },
    ["spool_growing g"],
  ],
  ["a disk that is used by less than 85 %", { disk: { totalBytes: 1_000, freeBytes: 151 } }, []],
  ["a disk used by 85 %", { disk: { totalBytes: 1_000, freeBytes: 150 } }, ["disk_nearly_full"]],
  ["a disk used by 97 %", { disk: { totalBytes: 1_000, freeBytes: 29 } }, ["disk_full"]],
  ["a disk that takes no write", { isWriteRefused: true }, ["disk_full"]],
  ["a disk of no size", { disk: { totalBytes: 0, freeBytes: 0 } }, []],
  ["a sealed vault", { isVaultSealed: true }, ["vault_sealed"]],
  ["keys that fail", { failingKeys: ["ab", "cd"] }, ["key_failing ab", "key_failing cd"]],
  ["no certificate", { certificateEndsAtMs: null }, []],
  ["a certificate with fourteen days left", { certificateEndsAtMs: nowMs + 14 * dayMs }, []],
  [
    "a certificate with less",
    { certificateEndsAtMs: nowMs + 14 * dayMs - 1 },
    ["certificate_expiring"],
  ],
  ["no licence", { license: { state: "none", endsAtMs: null } }, []],
  [
    "a licence with less than thirty days",
    { license: { state: "valid", endsAtMs: nowMs + 30 * dayMs - 1 } },
    ["license_ending"],
  ],
  [
    "a licence in its days of grace",
    { license: { state: "grace", endsAtMs: nowMs - 1 } },
    ["license_over"],
  ],
  ["a licence that is over", { license: { state: "expired", endsAtMs: 0 } }, ["license_over"]],
  ["a trunk that is down for a moment", { trunksDown: [{ id: "t", sinceMs: nowMs - 59_999 }] }, []],
  [
    "a trunk that is down",
    { trunksDown: [{ id: "t", sinceMs: nowMs - 60_000 }] },
    ["trunk_down t"],
  ],
  ["parked jobs", { jobsParked: 3 }, ["jobs_parked"]],
  ["a budget", { budgetsUsed: ["num_1", "trial"] }, ["budget_used num_1", "budget_used trial"]],
];

describe("what somebody has to look after", () => {
  test.each(cases)("in %s", (_what, changes, codes) => {
    const found = conditionsOf({ ...healthy, ...changes }, nowMs);

    expect(found.map(({ code, subject }) => `${code} ${subject}`.trim())).toEqual(codes);
  });

  test("has each code of the catalogue among these", () => {
    const seen = new Set(cases.flatMap(([, , codes]) => codes.map((text) => text.split(" ")[0])));

    expect(seen).toEqual(new Set(Object.keys(alertCatalogue)));
  });
});
