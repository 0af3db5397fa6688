import { AppError, type Clock, type Log, type Secret } from "@agentcall/base";
import { inboundConfigSchema } from "@agentcall/contract";
import type { ProviderRefusal } from "@agentcall/realtime";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { ProviderSettings } from "../control/call-plan.ts";
import type { NumberStore, RegisteredNumber } from "../numbers/number-store.ts";
import type { Database } from "../sqlite/database.ts";
import { openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import { testKey } from "./key-test.ts";
import { parseOpenaiKey, previewOf } from "./openai-key.ts";

export type ByokKeysOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly numbers: NumberStore;
  readonly provider: ProviderSettings;
  readonly clock: Clock;
  readonly log: Log;
};

/** These say something of the network or the provider, and nothing of the key. */
const notTheKeysFault: ReadonlySet<ProviderRefusal> = new Set([
  "provider_unreachable",
  "provider_error",
  "timeout",
  "session_lost",
  "session_expired",
]);

const sentences: Readonly<Partial<Record<ProviderRefusal, string>>> = {
  malformed_key: "This is not a key of an OpenAI project.",
  invalid_api_key: "OpenAI does not know this key.",
  model_not_found: "The key may not use the number's model in its project.",
  insufficient_quota: "The account of this key has no credit left.",
  rate_limited: "The account of this key has reached its rate limit.",
  permission_denied: "The key lacks the permission for Realtime sessions.",
  region_blocked: "OpenAI does not serve this region with this key.",
};

const noAgent = inboundConfigSchema.parse({ mode: "ai", systemPrompt: "-" }); // its voice and language are the defaults

/** The numbers' own keys: tested with the provider before they are sealed, and never shown again. */
export class ByokKeys {
  readonly #options: ByokKeysOptions;

  constructor(options: ByokKeysOptions) {
    this.#options = options;
  }

  /** The model that the key was tested with. Throws `byok_key_invalid` and `byok_test_failed`. */
  async test(numberId: string, pasted: string): Promise<string> {
    const { numbers } = this.#options;
    return (await this.#tested(await numbers.byId(numberId), pasted)).model;
  }

  /** Tests, then seals and flips the number in one transaction; two at once leave one of them whole. */
  async save(numberId: string, pasted: string, actor: Actor): Promise<RegisteredNumber> {
    const { db, audit, vault, numbers, clock, log } = this.#options;
    const number = await numbers.byId(numberId);
    const { key } = await this.#tested(number, pasted);
    await db.tx(async (writer) => {
      const flipped = await writer.run(
        "UPDATE number SET voice_mode = 'byok', updated_at_ms = ? WHERE id = ?",
        clock.nowMs(),
        number.id,
      );
      if (flipped === 0) throw new AppError("not_found", "There is no such number.");
      const preview = previewOf(key);
      await vault.put(writer, {
        purpose: openaiKeyPurpose,
        ownerId: number.id,
        secret: key,
        preview,
      });
      const detail = { before: number.keyPreview, after: preview };
      await audit.append(writer, actor, "byok-key.saved", number.id, detail);
    });
    await db.checkpoint(); // a former key is gone from the file as well
    log.info({ numberId: number.id }, "a number's own key was saved");
    return numbers.byId(number.id);
  }

  /** The number goes back to the appliance's key, and the ciphertext out of the file. */
  async delete(numberId: string, actor: Actor): Promise<RegisteredNumber> {
    const { db, audit, numbers, clock, log } = this.#options;
    const number = await numbers.byId(numberId);
    await db.tx(async (writer) => {
      await writer.run(
        "DELETE FROM secret WHERE purpose = ? AND owner_id = ?",
        openaiKeyPurpose,
        number.id,
      );
      await writer.run(
        "UPDATE number SET voice_mode = 'managed', updated_at_ms = ? WHERE id = ?",
        clock.nowMs(),
        number.id,
      );
      const detail = { before: number.keyPreview };
      await audit.append(writer, actor, "byok-key.deleted", number.id, detail);
    });
    await db.checkpoint();
    log.info({ numberId: number.id }, "a number's own key was deleted");
    return numbers.byId(number.id);
  }

  async #tested(number: RegisteredNumber, pasted: string): Promise<{ key: Secret; model: string }> {
    const { provider, clock, log } = this.#options;
    const key = parseOpenaiKey(pasted);
    if (key === null) throw refusalOf("malformed_key");
    const model = number.inbound?.model ?? provider.model;
    const agent = number.inbound ?? noAgent;
    const { realtimeUrl } = provider;
    const verdict = await testKey({ realtimeUrl, apiKey: key, model, agent }, { clock, log });
    if (verdict.kind === "refused") throw refusalOf(verdict.reason);
    return { key, model };
  }
}

function refusalOf(reason: ProviderRefusal): AppError {
  if (!notTheKeysFault.has(reason)) {
    return new AppError("byok_key_invalid", sentences[reason] ?? "OpenAI refused this key.", {
      reason,
    });
  }
  // The contract knows three of these: a session that broke off is the provider's error.
  const told =
    reason === "timeout" || reason === "provider_unreachable" ? reason : "provider_error";
  return new AppError(
    "byok_test_failed",
    "The key could not be tested; this says nothing about the key.",
    { reason: told },
  );
}
