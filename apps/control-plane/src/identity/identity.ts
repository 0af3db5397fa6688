import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { AppError, type Clock, type Random, Secret } from "@agentcall/base";
import { isSignatureFor, signedBytes, type SigningDomain } from "@agentcall/vault";
import type { Database } from "../sqlite/database.ts";
import type { Vault } from "../vault/vault.ts";

/** What the signing key is sealed for. */
const signingKeyPurpose = "signing-key";
const owner = "appliance";
const seedBytes = 32; // RFC 8032 §5.1.5
// The PKCS #8 form of an Ed25519 private key up to its 32 bytes (RFC 8410 §7).
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * Who this appliance is: its id, and an Ed25519 key (RFC 8032) that signs what leaves it. The key
 * is made once, lies sealed in the vault, and is opened for one signature at a time. The public
 * half is no secret and is told while the vault is sealed too.
 *
 * To sign: name your purpose in `SigningDomain`, then `await identity.sign("usage-batch", bytes)`.
 * To check, anywhere: `isSignatureOf({ publicKeyPem, applianceId }, "usage-batch", bytes, signature)`.
 * What is signed is `signedBytes(…)`: the format, the domain and the appliance's id, each behind its
 * length (16 bit, big endian), then the bytes as they are. Sign bytes you keep, not an object that
 * somebody has to write out again in the same way.
 */
export class Identity {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(db: Database, vault: Vault, clock: Clock, random: Random) {
    this.#db = db;
    this.#vault = vault;
    this.#clock = clock;
    this.#random = random;
  }

  get applianceId(): string {
    return this.#vault.applianceId;
  }

  /** Makes the signing key where there is none yet. */
  async ensureSigningKey(): Promise<void> {
    await this.#db.tx(async (writer) => {
      if ((await writer.get("SELECT id FROM identity")) !== null) return;
      const seed = Buffer.from(this.#random.bytes(seedBytes));
      const publicKey = createPublicKey(privateKeyOf(seed));
      await writer.run(
        "INSERT INTO identity (id, public_key, made_at_ms) VALUES (1, ?, ?)",
        publicKey.export({ type: "spki", format: "der" }),
        this.#clock.nowMs(),
      );
      await this.#vault.put(writer, {
        purpose: signingKeyPurpose,
        ownerId: owner,
        secret: new Secret(seed.toString("hex")),
        preview: "ed25519",
      });
      seed.fill(0);
    });
  }

  /** The public half as PEM (SPKI), or null before the signing key was made. */
  async publicKeyPem(): Promise<string | null> {
    const der = (await this.#db.get("SELECT public_key FROM identity"))?.["public_key"];
    if (!(der instanceof Uint8Array)) return null;
    const key = createPublicKey({ key: Buffer.from(der), type: "spki", format: "der" });
    return key.export({ type: "spki", format: "pem" }).toString();
  }

  /** The signature, 64 bytes. Throws `signing-key-unreadable` where the sealed key does not open. */
  async sign(domain: SigningDomain, message: Uint8Array): Promise<Buffer> {
    return this.#signBytes(signedBytes(this.applianceId, domain, message));
  }

  /**
   * The signature over exactly these bytes, for the one form that others prescribe: Standard
   * Webhooks' `id.timestamp.body`, which never looks like the signed bytes of a domain.
   */
  async signWebhook(message: Uint8Array): Promise<Buffer> {
    return this.#signBytes(message);
  }

  async #signBytes(bytes: Uint8Array): Promise<Buffer> {
    const seed = await this.#vault.open(signingKeyPurpose, owner);
    if (seed === null) {
      throw new AppError(
        "signing-key-unreadable",
        "The appliance's signing key does not open: restore the database from a backup.",
      );
    }
    const key = privateKeyOf(Buffer.from(seed.reveal(), "hex"));
    // Ed25519 hashes by itself: the algorithm is null (RFC 8032 §5.1.6).
    return sign(null, bytes, key);
  }
}

/** Whose signature it has to be. */
export type Signer = { readonly applianceId: string; readonly publicKeyPem: string };

/** Whether this appliance has signed these bytes for this purpose. */
export function isSignatureOf(
  signer: Signer,
  domain: SigningDomain,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = createPublicKey(signer.publicKeyPem);
  return isSignatureFor(key, signer.applianceId, domain, message, signature);
}

function privateKeyOf(seed: Buffer): KeyObject {
  const key = Buffer.concat([pkcs8Head, seed]);
  try {
    return createPrivateKey({ key, type: "pkcs8", format: "der" });
  } finally {
    key.fill(0);
  }
}
