import type { Clock } from "@agentcall/base";
import type { auditHeadSchema } from "@agentcall/contract";
import type { z } from "zod";
import { timeText } from "../calls/call-view.ts";
import type { Identity } from "../identity/identity.ts";
import type { AuditLog } from "./audit-log.ts";

/**
 * The head of the chain, signed, to be kept elsewhere: a chain alone cannot show that its end was
 * cut off or that all of it was made anew. Throws `vault_sealed`.
 */
export async function signedHead(
  audit: AuditLog,
  identity: Identity,
  clock: Clock,
): Promise<z.infer<typeof auditHeadSchema>> {
  const { applianceId } = identity;
  const facts = { applianceId, ...(await audit.head()), at: timeText(clock.nowMs()) };
  const statement = JSON.stringify(facts);
  const signature = await identity.sign("audit-head", Buffer.from(statement));
  return {
    ...facts,
    statement,
    algorithm: "Ed25519",
    signature: signature.toString("base64"),
    publicKey: (await identity.publicKeyPem()) ?? "",
  };
}
