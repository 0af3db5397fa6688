import { Authenticator } from "./authenticator.ts";
import { Keystream } from "./keystream.ts";
import type { SessionKeys } from "./session-keys.ts";

/** What the packets of one kind are encrypted and authenticated by. */
export type Protection = { readonly keystream: Keystream; readonly authenticator: Authenticator };

export function protectionOf(keys: SessionKeys, tagBytes: number): Protection {
  return {
    keystream: new Keystream(keys.cipherKey, keys.salt),
    authenticator: new Authenticator(keys.authenticationKey, tagBytes),
  };
}
