import type { TrunkCreation, TrunkServer, TrunkView } from "@agentcall/contract";

/** A trunk as its form holds it: lists are lines of text, and an empty field is nothing. */
export type TrunkDraft = {
  readonly name: string;
  readonly enabled: boolean;
  readonly servers: string;
  readonly transport: TrunkCreation["transport"];
  readonly outboundProxy: string;
  readonly username: string;
  /** Empty: the stored one stays. */
  readonly password: string;
  readonly registers: boolean;
  readonly registersForSecs: number;
  readonly registersAtDomain: string;
  readonly addresses: string;
  readonly takesFromServers: boolean;
  readonly callerUsername: string;
  readonly callerPassword: string;
  readonly asksIfAlive: boolean;
  readonly asksEverySecs: number;
  readonly numberFormat: TrunkCreation["numberFormat"];
  readonly fromUser: string;
  readonly fromDomain: string;
  readonly assertsIdentity: boolean;
  readonly publicAddress: string;
  readonly hasSessionTimer: boolean;
  readonly sessionTimerSecs: number;
  readonly codecs: TrunkCreation["codecs"];
  readonly srtp: TrunkCreation["srtp"];
  readonly maxConcurrentCalls: number | null;
  readonly callsPerSecond: number | null;
  readonly overLimitStatus: TrunkCreation["overLimitStatus"];
};

/** Where a new trunk begins: what most carriers take. */
export const newTrunkDraft: TrunkDraft = {
  name: "",
  enabled: true,
  servers: "",
  transport: "udp",
  outboundProxy: "",
  username: "",
  password: "",
  registers: false,
  registersForSecs: 3_600,
  registersAtDomain: "",
  addresses: "",
  takesFromServers: true,
  callerUsername: "",
  callerPassword: "",
  asksIfAlive: true,
  asksEverySecs: 30,
  numberFormat: {
    countryCode: null,
    nationalPrefix: "0",
    internationalPrefix: "00",
    bare: "as_is",
    dial: "e164",
    scheme: "sip",
  },
  fromUser: "",
  fromDomain: "",
  assertsIdentity: true,
  publicAddress: "",
  hasSessionTimer: true,
  sessionTimerSecs: 1_800,
  codecs: null,
  srtp: "off",
  maxConcurrentCalls: null,
  callsPerSecond: null,
  overLimitStatus: 503,
};

/** The form of a stored trunk. Passwords are not in it: nobody is told them. */
export function draftOf(trunk: TrunkView): TrunkDraft {
  return {
    name: trunk.name,
    enabled: trunk.enabled,
    servers: trunk.servers.map(serverText).join("\n"),
    transport: trunk.transport,
    outboundProxy: trunk.outboundProxy === null ? "" : serverText(trunk.outboundProxy),
    username: trunk.credentials?.username ?? "",
    password: "",
    registers: trunk.registration !== null,
    registersForSecs: trunk.registration?.expiresSecs ?? newTrunkDraft.registersForSecs,
    registersAtDomain: trunk.registration?.domain ?? "",
    addresses: trunk.inbound.addresses.join("\n"),
    takesFromServers: trunk.inbound.fromServers,
    callerUsername: trunk.inbound.digest?.username ?? "",
    callerPassword: "",
    asksIfAlive: trunk.keepAlive !== null,
    asksEverySecs: trunk.keepAlive?.everySecs ?? newTrunkDraft.asksEverySecs,
    numberFormat: trunk.numberFormat,
    fromUser: trunk.identity.fromUser ?? "",
    fromDomain: trunk.identity.fromDomain ?? "",
    assertsIdentity: trunk.identity.assertedIdentity,
    publicAddress: trunk.publicAddress ?? "",
    hasSessionTimer: trunk.sessionTimerSecs !== null,
    sessionTimerSecs: trunk.sessionTimerSecs ?? newTrunkDraft.sessionTimerSecs,
    codecs: trunk.codecs,
    srtp: trunk.srtp,
    maxConcurrentCalls: trunk.maxConcurrentCalls,
    callsPerSecond: trunk.callsPerSecond,
    overLimitStatus: trunk.overLimitStatus,
  };
}

/** Whether something was typed that is not stored. */
export function differs(draft: TrunkDraft, saved: TrunkDraft): boolean {
  return JSON.stringify(draft) !== JSON.stringify(saved);
}

/** What is sent to the appliance, which checks it: nothing typed is changed in silence. */
export function settingsOf(draft: TrunkDraft): TrunkCreation {
  return {
    name: draft.name.trim(),
    enabled: draft.enabled,
    servers: linesOf(draft.servers).map(parseServer),
    transport: draft.transport,
    outboundProxy: draft.outboundProxy.trim() === "" ? null : parseServer(draft.outboundProxy),
    credentials: credentialsOf(draft.username, draft.password),
    registration: draft.registers
      ? { expiresSecs: draft.registersForSecs, domain: orNull(draft.registersAtDomain) }
      : null,
    inbound: {
      addresses: linesOf(draft.addresses),
      fromServers: draft.takesFromServers,
      digest: credentialsOf(draft.callerUsername, draft.callerPassword),
    },
    keepAlive: draft.asksIfAlive ? { everySecs: draft.asksEverySecs } : null,
    numberFormat: draft.numberFormat,
    identity: {
      fromUser: orNull(draft.fromUser),
      fromDomain: orNull(draft.fromDomain),
      assertedIdentity: draft.assertsIdentity,
    },
    publicAddress: orNull(draft.publicAddress),
    sessionTimerSecs: draft.hasSessionTimer ? draft.sessionTimerSecs : null,
    codecs: draft.codecs,
    srtp: draft.srtp,
    maxConcurrentCalls: draft.maxConcurrentCalls,
    callsPerSecond: draft.callsPerSecond,
    overLimitStatus: draft.overLimitStatus,
  };
}

/** Such as `sip.example.com`, `192.0.2.1:5080` or `[2001:db8::1]:5060`. */
export function serverText({ host, port }: TrunkServer): string {
  if (port === null) return host;
  return `${host.includes(":") ? `[${host}]` : host}:${String(port)}`;
}

/** The way back. A colon that belongs to no port stays in the host, for the appliance to judge. */
export function parseServer(text: string): TrunkServer {
  const [, bracketed, bare, port] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = bracketed ?? bare;
  if (host === undefined) return { host: text.trim(), port: null };
  return { host, port: port === undefined ? null : Number(port) };
}

function credentialsOf(username: string, password: string): TrunkCreation["credentials"] {
  if (username.trim() === "") return null;
  return { username: username.trim(), ...(password === "" ? {} : { password }) };
}

function linesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function orNull(text: string): string | null {
  return text.trim() || null;
}
