import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { Clock, Random } from "@agentcall/base";
import {
  batchHash,
  type BatchManifest,
  type BatchVerdict,
  isWebhookSignedBy,
  linesOfBody,
  parseManifest,
  parsePublicKey,
  readBatchFile,
  signAcknowledgement,
  type SignedAcknowledgement,
  type SignedManifest,
  type Signer,
  type UsageEvent,
  verifyBatch,
} from "@agentcall/billing";
import { signedBytes } from "@agentcall/vault";
import { BillingBook } from "./billing-book.ts";

export type BillingAnswer = { readonly status: number; readonly body: unknown };

/** A request to the receiver: its headers in lower case, and its body. */
export type BillingRequest = {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

export type BillingReceiverOptions = {
  /** `:memory:` keeps nothing beyond this process. */
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Why an entry is not taken, in words; null takes it. */
  readonly rejects?: (event: UsageEvent) => string | null;
};

const seedBytes = 32; // RFC 8032 section 5.1.5
// The PKCS #8 form of an Ed25519 private key up to its 32 bytes (RFC 8410 section 7).
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * Billing's end of the export, as it has to be: checks every signature, the chain and the sums, takes
 * batches in their order, keeps each entry once by its id, and says a signed yes only when all of it
 * is on disk. It believes the first key that an appliance shows, and no other afterwards.
 */
export class BillingReceiver {
  readonly book: BillingBook;
  /** In PEM: what an appliance needs to believe an acknowledgement. */
  readonly publicKeyPem: string;
  readonly #options: BillingReceiverOptions;
  readonly #key: KeyObject;

  constructor(options: BillingReceiverOptions) {
    this.#options = options;
    this.book = new BillingBook(options.file);
    const seed = this.book.keySeed(() =>
      Buffer.from(options.random.bytes(seedBytes)).toString("hex"),
    );
    const der = Buffer.concat([pkcs8Head, Buffer.from(seed, "hex")]);
    this.#key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    this.publicKeyPem = createPublicKey(this.#key)
      .export({ type: "spki", format: "pem" })
      .toString();
  }

  /** A batch that came by a request: the manifest in its headers, the events as a JSON array. */
  async receive({ headers, body }: BillingRequest): Promise<BillingAnswer> {
    const signed = {
      text: decoded(headers["agentcall-batch"]),
      signature: headers["agentcall-batch-signature"] ?? "",
    };
    const manifest = parseManifest(signed.text);
    if (manifest === null) return refusal(400, "no_manifest");
    const shownKey = decoded(headers["agentcall-public-key"]);
    const owner = this.book.ownerOf(shownKey);
    if (owner !== null && owner !== manifest.applianceId) return refusal(403, "other_appliance");
    const key = this.#keyOf(manifest, shownKey);
    if (key === null || !isWebhookSignedBy(key, headers, body, this.#options.clock.nowMs())) {
      return refusal(401, "not_signed");
    }
    return this.#take(manifest, signed, linesOfBody(body), key, shownKey);
  }

  /** The same batch as a file: it says the same, and is the same. */
  async receiveFile(text: string, shownKey: string): Promise<BillingAnswer> {
    const file = readBatchFile(text);
    const manifest = file === null ? null : parseManifest(file.signed.text);
    if (file === null || manifest === null) return refusal(400, "no_manifest");
    const key = this.#keyOf(manifest, shownKey);
    if (key === null) return refusal(401, "not_signed");
    return this.#take(manifest, file.signed, file.lines, key, shownKey);
  }

  close(): void {
    this.book.close();
  }

  /** The key that is known of the appliance; the one that is shown for one that is not known. */
  #keyOf({ applianceId }: BatchManifest, shownKey: string): KeyObject | null {
    return parsePublicKey(this.book.publicKeyOf(applianceId) ?? shownKey);
  }

  async #take(
    manifest: BatchManifest,
    signed: SignedManifest,
    lines: readonly string[],
    key: KeyObject,
    shownKey: string,
  ): Promise<BillingAnswer> {
    const verdict: BatchVerdict = verifyBatch(key, signed, lines);
    if (verdict.kind === "refused") {
      return refusal(verdict.problem === "not-signed" ? 401 : 400, verdict.problem);
    }
    if (this.book.publicKeyOf(manifest.applianceId) === null) {
      this.book.learn(manifest.applianceId, shownKey);
    }
    const { applianceId, epoch, number } = manifest;
    const kept = this.book.kept(applianceId, epoch, number);
    if (kept !== null) {
      const isSame = kept.batchHash === batchHash(signed.text);
      return isSame ? { status: 200, body: kept.signed } : refusal(409, "fork");
    }
    return this.#placeProblem(manifest) ?? (await this.#keep(manifest, signed, verdict.events));
  }

  /** A batch goes behind the one before it, or nowhere. */
  #placeProblem(manifest: BatchManifest): BillingAnswer | null {
    const { applianceId, epoch, number } = manifest;
    if (epoch < this.book.lastEpoch(applianceId)) return refusal(409, "fork");
    const head = this.book.head(applianceId, epoch);
    const expected = (head?.number ?? 0) + 1;
    if (number !== expected) return { status: 409, body: { error: "expected", number: expected } };
    if (head === null) return null;
    const follows =
      manifest.chainBefore === head.chainAfter && manifest.previousBatch === head.batchHash;
    return follows ? null : refusal(409, "fork");
  }

  async #keep(
    manifest: BatchManifest,
    signedManifest: SignedManifest,
    events: readonly UsageEvent[],
  ): Promise<BillingAnswer> {
    const rejects = this.#options.rejects ?? (() => null);
    const verdicts = events.map((event) => ({ event, reason: rejects(event) }));
    const taken = verdicts.flatMap(({ event, reason }) => (reason === null ? [event] : []));
    const { applianceId, epoch, number, batchId, toSequence, chainAfter } = manifest;
    const signed: SignedAcknowledgement = await signAcknowledgement(
      {
        format: 1,
        batchId,
        applianceId,
        epoch,
        number,
        toSequence,
        chainAfter,
        amountMicros: this.book.amountWith(applianceId, epoch, taken),
        rejected: verdicts.flatMap(({ event, reason }) =>
          reason === null ? [] : [{ entryId: event.id, reason }],
        ),
        acknowledgedAt: new Date(this.#options.clock.nowMs()).toISOString(),
      },
      this.#signerFor(applianceId),
    );
    // Two requests of the same batch may have come this far together: the first is kept.
    const kept = this.book.kept(applianceId, epoch, number);
    if (kept !== null) return { status: 200, body: kept.signed };
    this.book.keep(manifest, signedManifest, taken, signed);
    return { status: 200, body: signed };
  }

  #signerFor(applianceId: string): Signer {
    return {
      sign: (domain, message) =>
        Promise.resolve(sign(null, signedBytes(applianceId, domain, message), this.#key)),
      signWebhook: (message) => Promise.resolve(sign(null, message, this.#key)),
    };
  }
}

function refusal(status: number, error: string): BillingAnswer {
  return { status, body: { error } };
}

function decoded(base64url: string | undefined): string {
  return Buffer.from(base64url ?? "", "base64url").toString("utf8");
}
