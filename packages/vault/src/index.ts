export { isSignatureFor, signedBytes, type SigningDomain } from "./appliance-signature.ts";
export { associatedData, type Binding, lengthPrefixed } from "./associated-data.ts";
export type { Sealed } from "./aead.ts";
export {
  KeyRing,
  newWrappingKey,
  openFingerprintKey,
  sealFingerprintKey,
  type WrappedWrappingKey,
} from "./key-ring.ts";
export {
  type PassphraseParameters,
  passphraseCost,
  type RootKey,
  rootKeyFromBytes,
  rootKeyFromPassphrase,
} from "./root-key.ts";
export {
  fingerprint,
  open,
  type Opened,
  type OpenRefusal,
  rewrap,
  type Rewrapped,
  seal,
} from "./seal.ts";
