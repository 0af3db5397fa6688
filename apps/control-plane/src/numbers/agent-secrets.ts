import { AppError, Secret } from "@agentcall/base";
import type { InboundConfig, NumberId } from "@agentcall/contract";
import type { SqlWriter } from "../sqlite/database.ts";
import { actionWebhookPurpose, type Vault } from "../vault/vault.ts";

/** Nothing of a signing secret is shown: it has no prefix that would tell one from another. */
const preview = "…";

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
  const actionWebhook = inbound?.actionWebhook ?? null;
  if (inbound === null || actionWebhook === null) {
    await vault.remove(writer, actionWebhookPurpose, numberId);
    return inbound;
  }
  const { url, signingSecret } = actionWebhook;
  if (signingSecret !== null) {
    await vault.put(writer, {
      purpose: actionWebhookPurpose,
      ownerId: numberId,
      secret: new Secret(signingSecret),
      preview,
    });
  } else if (!(await vault.has(writer, actionWebhookPurpose, numberId))) {
    throw new AppError("validation_failed", "The action webhook needs a signing secret.", {
      details: { fields: { "actionWebhook.signingSecret": "is needed: none is kept yet" } },
    });
  }
  return { ...inbound, actionWebhook: { url, signingSecret: null } };
}
