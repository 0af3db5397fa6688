import { AppError, Secret } from "@agentcall/base";
import type { InboundConfig, NumberId } from "@agentcall/contract";
import type { SqlWriter } from "../sqlite/database.ts";
import { actionWebhookPurpose, contextWebhookPurpose, type Vault } from "../vault/vault.ts";

/** Nothing of a signing secret is shown: it has no prefix that would tell one from another. */
const preview = "…";

const webhooks = [
  { field: "actionWebhook", purpose: actionWebhookPurpose, words: "The action webhook" },
  { field: "contextWebhook", purpose: contextWebhookPurpose, words: "The context webhook" },
] as const;

/**
 * Seals the signing secrets of an agent in the vault, and returns the agent without them: only so
 * may it be stored, audited and shown. A secret that is null keeps the one that is sealed already.
 * Throws `validation_failed` where there is none to keep.
 */
export async function sealAgentSecrets(
  writer: SqlWriter,
  vault: Vault,
  numberId: NumberId,
  inbound: InboundConfig | null,
): Promise<InboundConfig | null> {
  for (const { field, purpose, words } of webhooks) {
    const webhook = inbound?.[field] ?? null;
    if (webhook === null) {
      await vault.remove(writer, purpose, numberId);
    } else if (webhook.signingSecret !== null) {
      const secret = new Secret(webhook.signingSecret);
      await vault.put(writer, { purpose, ownerId: numberId, secret, preview });
    } else if (!(await vault.has(writer, purpose, numberId))) {
      throw new AppError("validation_failed", `${words} needs a signing secret.`, {
        details: { fields: { [`${field}.signingSecret`]: "is needed: none is kept yet" } },
      });
    }
  }
  return inbound === null ? null : withoutSecrets(inbound);
}

function withoutSecrets(inbound: InboundConfig): InboundConfig {
  const { actionWebhook, contextWebhook } = inbound;
  return {
    ...inbound,
    actionWebhook: actionWebhook === null ? null : { ...actionWebhook, signingSecret: null },
    contextWebhook: contextWebhook === null ? null : { ...contextWebhook, signingSecret: null },
  };
}
