import { z } from "zod";

const passphraseCharsMax = 1_000; // a sentence has 100; a pasted file is refused
const passphraseSchema = z.string().min(1).max(passphraseCharsMax);

/** `POST /v1/vault/unseal`: the first one on a fresh appliance chooses the passphrase. */
export const unsealSchema = z.strictObject({ passphrase: passphraseSchema });

/** `POST /v1/vault/rekey`: both for a vault with a passphrase, none of them for one with a file. */
export const rekeySchema = z
  .strictObject({
    currentPassphrase: passphraseSchema.optional(),
    newPassphrase: passphraseSchema.optional(),
  })
  .nullish();

/** One version of the wrapping key. `enabled` ones only open; `disabled` ones wait for their end. */
const wrappingKeyViewSchema = z.object({
  version: z.int(),
  state: z.enum(["primary", "enabled", "disabled", "destroyed"]),
  madeAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().nullable(),
  destroyedAt: z.iso.datetime().nullable(),
});

/** `GET /v1/vault`, and what every change of the vault answers. */
export const vaultViewSchema = z.object({
  state: z.enum(["open", "sealed"]),
  /** What opens the vault. */
  rootProvider: z.enum(["file", "passphrase"]),
  /** False while a passphrase has still to be chosen: the next unseal does it. */
  isSetUp: z.boolean(),
  /** The wrapping key of every secret that is saved from now on. */
  primaryVersion: z.int().nullable(),
  /** How many secrets there are. */
  envelopes: z.int(),
  /** How many of them an older wrapping key still wraps. */
  waitingForRewrap: z.int(),
  /** How many are damaged and do not open: their owners say `key_unreadable`. */
  unreadable: z.int(),
  /** The newest versions, oldest first. */
  keys: z.array(wrappingKeyViewSchema),
});
export type VaultView = z.infer<typeof vaultViewSchema>;
