import type { AlertCode } from "@agentcall/contract";
import type { Condition } from "./alert.ts";

/** The appliance at one moment, as far as it may need somebody. */
export type SystemFacts = {
  readonly export: {
    readonly forked: boolean;
    readonly parked: boolean;
    readonly failingSinceMs: number | null;
  };
  readonly gateways: readonly {
    readonly gatewayId: string;
    readonly pendingEvents: number | null;
  }[];
  readonly disk: { readonly totalBytes: number; readonly freeBytes: number };
  /** A write has failed for want of room, and none has gone well since. */
  readonly isWriteRefused: boolean;
  readonly isVaultSealed: boolean;
  /** Fingerprints of keys that the provider refused in their last call, or that do not open. */
  readonly failingKeys: readonly string[];
  readonly certificateEndsAtMs: number | null;
  readonly license: {
    readonly state: "none" | "valid" | "grace" | "expired" | "not_yet_valid";
    readonly endsAtMs: number | null;
  };
  /** Those that are down, and since when. */
  readonly trunksDown: readonly { readonly id: string; readonly sinceMs: number }[];
  readonly jobsParked: number;
  /** What of this month's budgets is used up: a number's id, or the scope of the others. */
  readonly budgetsUsed: readonly string[];
  readonly startedAtMs: number;
};

const dayMs = 86_400_000;
const exportFailingMs = dayMs;
const certificateDays = 14; // it is renewed with thirty days left: by now that has failed
const licenseDays = 30;
const trunkDownMs = 60_000; // one lost OPTIONS is no outage
const gatewayMissingMs = 60_000; // a restarted one is back within seconds
const spoolEventsMax = 1_000; // an hour of calls on a busy line
const nearlyFullShare = 0.85;
const fullShare = 0.97;

/** What of it somebody has to look after. */
export function conditionsOf(facts: SystemFacts, nowMs: number): readonly Condition[] {
  return [
    ...exportConditions(facts, nowMs),
    ...gatewayConditions(facts, nowMs),
    ...diskConditions(facts),
    ...when(facts.isVaultSealed, "vault_sealed"),
    ...facts.failingKeys.map((subject) => ({ code: "key_failing" as const, subject })),
    ...when(endsWithin(facts.certificateEndsAtMs, certificateDays, nowMs), "certificate_expiring"),
    ...licenseConditions(facts, nowMs),
    ...facts.trunksDown
      .filter(({ sinceMs }) => nowMs - sinceMs >= trunkDownMs)
      .map(({ id }) => ({ code: "trunk_down" as const, subject: id })),
    ...when(facts.jobsParked > 0, "jobs_parked"),
    ...facts.budgetsUsed.map((subject) => ({ code: "budget_used" as const, subject })),
  ];
}

function exportConditions(facts: SystemFacts, nowMs: number): readonly Condition[] {
  const { forked, parked, failingSinceMs } = facts.export;
  const isFailing = failingSinceMs !== null && nowMs - failingSinceMs >= exportFailingMs;
  return [
    ...when(isFailing, "export_failing"),
    ...when(parked, "export_parked"),
    ...when(forked, "export_forked"),
  ];
}

function gatewayConditions(facts: SystemFacts, nowMs: number): readonly Condition[] {
  const isMissing = facts.gateways.length === 0 && nowMs - facts.startedAtMs >= gatewayMissingMs;
  const behind = facts.gateways.filter(
    ({ pendingEvents }) => (pendingEvents ?? 0) > spoolEventsMax,
  );
  return [
    ...when(isMissing, "gateway_missing"),
    ...behind.map(({ gatewayId }) => ({ code: "spool_growing" as const, subject: gatewayId })),
  ];
}

function diskConditions({ disk, isWriteRefused }: SystemFacts): readonly Condition[] {
  const used = disk.totalBytes === 0 ? 0 : 1 - disk.freeBytes / disk.totalBytes;
  const isFull = isWriteRefused || used >= fullShare;
  return [
    ...when(isFull, "disk_full"),
    ...when(!isFull && used >= nearlyFullShare, "disk_nearly_full"),
  ];
}

function licenseConditions({ license }: SystemFacts, nowMs: number): readonly Condition[] {
  const isOver = license.state === "grace" || license.state === "expired";
  const isEnding = license.state === "valid" && endsWithin(license.endsAtMs, licenseDays, nowMs);
  return [...when(isOver, "license_over"), ...when(isEnding, "license_ending")];
}

function endsWithin(endsAtMs: number | null, days: number, nowMs: number): boolean {
  return endsAtMs !== null && endsAtMs - nowMs < days * dayMs;
}

function when(holds: boolean, code: AlertCode): readonly Condition[] {
  return holds ? [{ code, subject: "" }] : [];
}
