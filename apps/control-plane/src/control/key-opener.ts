import type { Secret } from "@agentcall/base";
import { type CallId, endCauseOfRefusal } from "@agentcall/contract";
import { applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { KeyDelivery } from "../byok/key-delivery.ts";
import type { ManagedKey } from "../byok/managed-key.ts";
import type { RegisteredNumber } from "../numbers/number-store.ts";
import type { Database } from "../sqlite/database.ts";
import { type Found, openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import type { KeyForCall } from "./call-plan.ts";

export type KeyOpenerOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly managedKey: ManagedKey;
  readonly delivery: KeyDelivery;
  /** For numbers that name none. */
  readonly model: string;
};

/** Opens keys for calls, one at a time, and writes down each opening. It keeps nothing. */
export class KeyOpener {
  readonly #options: KeyOpenerOptions;

  constructor(options: KeyOpenerOptions) {
    this.#options = options;
  }

  /** The key of the number's mode, in the form that the appliance gives to gateways. */
  async own(number: RegisteredNumber, callId: CallId): Promise<KeyForCall> {
    const { vault } = this.#options;
    if (vault.door.isSealed) return { kind: "sealed" };
    if (number.voiceMode === "managed") return this.#managed(number, callId);
    const found = await vault.find(openaiKeyPurpose, number.id);
    await this.#write("byok-key.opened", number, callId, found);
    return this.#delivered(found, number, callId);
  }

  /**
   * The appliance's key for a number with a key of its own, which falls back to it only where it
   * explicitly allows it. Null where it does not, or where there is none.
   */
  async fallback(number: RegisteredNumber, callId: CallId): Promise<Secret | null> {
    const isAllowed = number.inbound?.fallback.allowManagedKey === true;
    if (number.voiceMode !== "byok" || !isAllowed || this.#options.vault.door.isSealed) return null;
    const key = await this.#managed(number, callId);
    return key.kind === "opened" ? key.secret : null;
  }

  async #managed(number: RegisteredNumber, callId: CallId): Promise<KeyForCall> {
    const found = await this.#options.managedKey.find();
    await this.#write("managed-key.opened", number, callId, found);
    return this.#delivered(found, number, callId);
  }

  async #delivered(
    found: Found,
    { id: numberId, inbound }: RegisteredNumber,
    callId: CallId,
  ): Promise<KeyForCall> {
    if (found.kind !== "opened") return found;
    const { delivery, model: usualModel } = this.#options;
    const model = inbound?.model ?? usualModel;
    const minted = await delivery.forCall({ apiKey: found.secret, model }, { callId, numberId });
    return minted.kind === "minted"
      ? { ...found, secret: minted.secret }
      : { kind: "refused", endCause: endCauseOfRefusal[minted.reason] };
  }

  async #write(
    action: string,
    { id }: RegisteredNumber,
    callId: CallId,
    found: Found,
  ): Promise<void> {
    const { db, audit } = this.#options;
    const opened = found.kind === "opened";
    const detail = { callId, opened, keyVersion: opened ? found.keyVersion : null };
    await db.tx((writer) => audit.append(writer, applianceActor, action, id, detail));
  }
}
