import type { ByokKeyHealth } from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { Database, SqlRow } from "../sqlite/database.ts";
import { openaiKeyPurpose } from "../vault/vault.ts";

/** A call's end that speaks of its key, as the contract's reason for a refused key. */
const reasonsByCause: Readonly<Record<string, string>> = {
  key_invalid: "invalid_api_key",
  key_no_quota: "insufficient_quota",
  key_rate_limited: "rate_limited",
  key_model_not_found: "model_not_found",
  key_permission_denied: "permission_denied",
  key_region_blocked: "region_blocked",
};

/** Each key that numbers use, by its fingerprint, with what its last call has shown. */
export async function keyHealth(db: Database): Promise<readonly ByokKeyHealth[]> {
  const rows = await db.all(
    `SELECT secret.fingerprint, secret.preview, secret.saved_at_ms, secret.owner_id,
       secret.unreadable_since_ms,
       (SELECT record FROM call WHERE call.number_id = secret.owner_id AND call.voice_mode IS NOT NULL
          AND call.record IS NOT NULL AND call.started_at_ms >= secret.saved_at_ms
        ORDER BY call.started_at_ms DESC LIMIT 1) AS last_record
     FROM secret JOIN number ON number.id = secret.owner_id
     WHERE secret.purpose = ? ORDER BY secret.fingerprint, secret.owner_id`,
    openaiKeyPurpose,
  );
  const groups = Map.groupBy(rows, (row) => String(row["fingerprint"]));
  return [...groups].map(([fingerprint, uses]) => healthOf(fingerprint, uses));
}

/** A call since the key was saved began with it, whichever key it ended with. */
type LastCall = {
  readonly endedAtMs: number;
  readonly endCause: string;
  readonly fallbackSteps: readonly { readonly why: string }[];
};

function healthOf(fingerprint: string, uses: readonly SqlRow[]): ByokKeyHealth {
  const lastCalls = uses
    .flatMap(({ last_record: text }) =>
      typeof text === "string" ? [JSON.parse(text) as LastCall] : [],
    )
    .sort((one, other) => other.endedAtMs - one.endedAtMs);
  const [last] = lastCalls;
  const steps = last?.fallbackSteps ?? [];
  const ofKey = steps.map(({ why }) => reasonsByCause[why]).filter((why) => why !== undefined);
  return {
    fingerprint,
    keyPreview: String(uses[0]?.["preview"]),
    numberIds: uses.map(({ owner_id: id }) => String(id)),
    unreadableNumberIds: uses
      .filter(({ unreadable_since_ms: sinceMs }) => sinceMs !== null)
      .map(({ owner_id: id }) => String(id)),
    lastTestedAt: timeText(Math.max(...uses.map(({ saved_at_ms: atMs }) => Number(atMs)))),
    lastCallAt: last === undefined ? null : timeText(last.endedAtMs),
    lastCallCause: last?.endCause ?? null,
    lastErrorReason: ofKey[0] ?? reasonsByCause[last?.endCause ?? ""] ?? null,
    fallsBack: ofKey.length > 0,
  };
}
