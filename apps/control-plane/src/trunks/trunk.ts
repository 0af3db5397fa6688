import type { TrunkCreation, TrunkId, TrunkSettings } from "@agentcall/contract";

/** A SIP peering with a carrier or PBX. Its passwords lie in the vault. */
export type Trunk = {
  readonly id: TrunkId;
  readonly settings: TrunkSettings;
  /** Whether a password is kept for the carrier's challenges. */
  readonly hasPassword: boolean;
  /** Whether one is kept for our own challenges. */
  readonly hasInboundPassword: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** What a trunk's password towards the carrier is sealed for. */
export const outboundPasswordPurpose = "sip-outbound-password";
/** What the password that the carrier shows us is sealed for. */
export const inboundPasswordPurpose = "sip-inbound-password";

/** The settings of a trunk without its passwords: only these are stored, audited and shown. */
export function settingsOf({ credentials, inbound, ...others }: TrunkCreation): TrunkSettings {
  const { digest, ...addresses } = inbound;
  return {
    ...others,
    credentials: credentials === null ? null : { username: credentials.username },
    inbound: {
      ...addresses,
      digest: digest === null ? null : { username: digest.username },
    },
  };
}

/** Fields that do not go together, each with what is wrong; none where all is well. */
export function trunkProblems(
  settings: TrunkSettings,
  passwords: { readonly outbound: boolean; readonly inbound: boolean },
): Readonly<Record<string, string>> {
  const { servers, inbound, registration, credentials, outboundProxy } = settings;
  const hasServers = servers.length > 0 || outboundProxy !== null;
  const takesCalls = inbound.addresses.length > 0 || inbound.digest !== null;
  const found: Record<string, string> = {};
  if (!hasServers && !takesCalls) {
    found["servers"] = "a trunk needs servers, addresses that may call, or an inbound digest";
  }
  if (registration !== null && servers.length === 0) {
    found["registration"] = "needs a server to register with";
  }
  if (registration !== null && credentials === null) {
    found["credentials"] = "are needed to register";
  }
  if (credentials !== null && !passwords.outbound) {
    found["credentials.password"] = "is needed: none is kept yet";
  }
  if (inbound.digest !== null && !passwords.inbound) {
    found["inbound.digest.password"] = "is needed: none is kept yet";
  }
  return found;
}

/** What an admin should know of a trunk's settings. */
export function trunkNotes({
  transport,
  servers,
  outboundProxy,
  publicAddress,
  srtp,
}: TrunkSettings): readonly string[] {
  const notes: string[] = [];
  if (transport === "tls") {
    notes.push(
      "The carrier's certificate is not verified on outbound TLS: drachtio does not do that. Signalling is encrypted, but a stranger in between could pose as the carrier.",
    );
  }
  if (srtp !== "off" && transport !== "tls") {
    notes.push(
      "The keys of encrypted audio (SRTP) travel in the SIP messages: without TLS whoever reads those can listen.",
    );
  }
  if (srtp === "offered") {
    notes.push("Audio is encrypted where the carrier does so too, and plain otherwise.");
  }
  if (servers.length === 0 && outboundProxy === null) {
    notes.push("This trunk has no server: it takes calls and makes none.");
  }
  if (publicAddress !== null) {
    notes.push(
      `Carriers are told ${publicAddress}: the SIP port and the RTP ports must be forwarded from there to this machine.`,
    );
  }
  return notes;
}
