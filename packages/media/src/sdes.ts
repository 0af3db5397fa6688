import { Secret } from "@agentcall/base";

/** The ways of protecting a stream that are spoken here, the stronger one first (RFC 4568 section 6.2). */
export const srtpSuites = ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"] as const;
export type SrtpSuite = (typeof srtpSuites)[number];

/** What one side says it will protect its packets with. */
export type SrtpKeying = {
  /** Names the line; an answer repeats the tag of the line it took. */
  readonly tag: number;
  readonly suite: SrtpSuite;
  /** Base64 of 30 bytes: 16 of master key, 14 of master salt. */
  readonly masterKey: Secret;
};

export const masterKeyBytes = 30;

// 2^20 packets of 20 ms are 5.8 hours. Keys that last for less would have to be renewed in a call.
const lifetimePacketsMin = 2 ** 20;

/**
 * Reads what stands behind `a=crypto:` (RFC 4568 section 9.1). Null for what is not spoken here:
 * another suite, several keys, a master key identifier, or a session parameter, which may not be
 * passed over (section 6.3.7) unless it is the hint for the replay window or says so itself.
 */
export function parseCrypto(text: string): SrtpKeying | null {
  const found =
    /^(\d{1,9}) +(\S+) +inline:([A-Za-z\d+/]{40})(?:\|(2\^\d{1,2}|\d{1,15}))?((?: +\S+)*) *$/.exec(
      text,
    );
  if (found === null) return null;
  const [, tag = "", name = "", masterKey = "", lifetime, parameters = ""] = found;
  const suite = srtpSuites.find((each) => each === name.toUpperCase());
  if (suite === undefined) return null;
  if (lifetime !== undefined && packetsOf(lifetime) < lifetimePacketsMin) return null;
  const isPassedOver = (parameter: string): boolean => /^(?:WSH=\d{1,5}|-\S+)$/i.test(parameter);
  if (!parameters.split(" ").every((each) => each === "" || isPassedOver(each))) return null;
  return { tag: Number(tag), suite, masterKey: new Secret(masterKey) };
}

/** The line itself, with the key in it: for a session description and nothing else. */
export function cryptoLine({ tag, suite, masterKey }: SrtpKeying): string {
  return `a=crypto:${String(tag)} ${suite} inline:${masterKey.reveal()}`;
}

function packetsOf(lifetime: string): number {
  return lifetime.startsWith("2^") ? 2 ** Number(lifetime.slice(2)) : Number(lifetime);
}
