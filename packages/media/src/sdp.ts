import { parse, type SessionDescription } from "sdp-transform";
import type { G711Codec } from "./g711.ts";
import { cryptoLine, parseCrypto, type SrtpKeying } from "./sdes.ts";

export type MediaDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** Whether audio is protected: never, where the other side offers it, or always (RFC 4568). */
export type SrtpPolicy = "off" | "offered" | "required";

/** What the other side's session description says about audio. */
export type AudioOffer = {
  /** An IP address: names are refused, since nothing here may look one up. */
  readonly connectionAddress: string;
  readonly port: number;
  readonly rtcpPort: number;
  /** What both sides speak, in the other side's order. */
  readonly codecs: readonly { readonly payloadType: number; readonly codec: G711Codec }[];
  readonly telephoneEventPayloadType: number | null;
  readonly ptimeMs: number;
  readonly direction: MediaDirection;
  /** The protocol of its m-line, which an answer repeats (RFC 3264 section 6). */
  readonly profile: string;
  /** What it protects its packets with: what we speak, in its order. None for plain RTP. */
  readonly keyings: readonly SrtpKeying[];
  /** The other side does not want to hear us now. */
  readonly held: boolean;
  /** Every m-line as it came, in order: an answer has one for each (RFC 3264 section 6). */
  readonly lines: readonly { readonly text: string; readonly isOurs: boolean }[];
};

/** Why a session description cannot be used. */
export type SdpRefusal =
  | "malformed"
  | "no-audio"
  | "no-common-codec"
  | "address-refused"
  /** Plain RTP, where only SRTP is taken. */
  | "srtp-required"
  /** SRTP, where it is off. */
  | "srtp-off"
  /** SRTP only by a suite or a way of keying that is not spoken here. */
  | "no-common-suite";

/** What both sides agreed on, seen from here. */
export type AgreedAudio = {
  readonly codec: G711Codec;
  readonly payloadType: number;
  readonly telephoneEventPayloadType: number | null;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly ptimeMs: PtimeMs;
  /** Ours: `recvonly` where the other side said `sendonly`. */
  readonly direction: MediaDirection;
};

/** Where we want the audio, and how our description is named (RFC 8866 section 5.2). */
export type LocalAudio = {
  readonly address: string;
  readonly port: number;
  readonly sessionId: number;
  /** Grows with each change. */
  readonly version: number;
};

export type PtimeMs = (typeof ptimesMs)[number];

/** What an offer of ours says about audio. */
export type OfferedAudio = {
  readonly codecs: readonly G711Codec[];
  readonly direction: MediaDirection;
  /** How much audio we want in a packet; 20 ms where it is left out. */
  readonly ptimeMs?: PtimeMs;
  /** What we would protect our packets with, the preferred one first. None for plain RTP. */
  readonly keyings?: readonly SrtpKeying[];
  /** Offered as SRTP only; else as RTP that may be protected (RFC 8643). */
  readonly isSrtpOnly?: boolean;
};

const usualPtimeMs = 20; // RFC 3551 section 4.2: the default, and what carriers send
/** The packet times that are spoken: what carriers and telephones ask for. */
const ptimesMs = [10, 20, 30, 40] as const;
const sdpCharsMax = 16_384; // a description with every codec known is below 4 kB
const mediaLinesMax = 16; // audio, video, and some more that are all refused
const keyingsMax = 8; // phones offer two to four
const portMax = 65_535;
const payloadTypeMax = 127; // seven bits of the RTP header
const ptimeMsMax = 1_000; // nobody sends frames of more than some 100 ms

type MediaDescription = SessionDescription["media"][number];

/** Reads an offer or an answer (RFC 8866). Never throws. */
export function parseSdp(text: string, srtp: SrtpPolicy = "off"): AudioOffer | SdpRefusal {
  if (text.length > sdpCharsMax || !/^v=0\r?\n/.test(text)) return "malformed";
  const session = parseLeniently(text);
  if (session?.origin === undefined || session.media === undefined) return "malformed";
  if (session.media.length > mediaLinesMax || hasBrokenMediaLine(text)) return "malformed";
  const audio = chosenAudio(session.media, srtp);
  if (typeof audio === "string") return audio;
  const address = audio.connection?.ip ?? session.connection?.ip;
  if (address === undefined || !isWhole(audio.port, 1, portMax)) return "malformed";
  const codecs = codecsOf(audio);
  if (codecs.length === 0) return "no-common-codec";
  if (!isAddress(address)) return "address-refused";
  const direction = directionOf(audio.direction ?? session.direction, address);
  return {
    connectionAddress: address,
    port: audio.port,
    rtcpPort: rtcpPortOf(audio),
    codecs,
    telephoneEventPayloadType:
      audio.rtp.find(
        ({ codec, rate, payload }) =>
          asText(codec).toLowerCase() === "telephone-event" &&
          rate === 8_000 &&
          isWhole(payload, 0, payloadTypeMax),
      )?.payload ?? null,
    ptimeMs: isWhole(audio.ptime, 1, ptimeMsMax) ? audio.ptime : usualPtimeMs,
    direction,
    profile: audio.protocol,
    keyings: srtp === "off" ? [] : keyingsOf(audio),
    held: direction === "sendonly" || direction === "inactive",
    lines: session.media.map((line) => ({ text: refusedLine(line), isOurs: line === audio })),
  };
}

/**
 * Writes the answer to an offer: its first codec, and every other m-line refused by port 0.
 * `keying` answers one of the offer's, by its tag; null leaves the packets plain.
 */
export function writeAnswer(
  offer: AudioOffer,
  local: LocalAudio,
  keying: SrtpKeying | null = null,
): { readonly sdp: string; readonly mediaSession: AgreedAudio } {
  const [first] = offer.codecs;
  const codec = first?.codec ?? "pcmu";
  const payloadType = first?.payloadType ?? staticPayloadTypes.pcmu;
  const direction = answeringDirections[offer.direction];
  const ptimeMs = ptimeFor(offer.ptimeMs);
  const events = offer.telephoneEventPayloadType;
  const ours = audioLines({
    port: local.port,
    profile: offer.profile,
    codecs: [{ codec, payloadType }],
    telephoneEventPayloadType: events,
    direction,
    ptimeMs,
    keyings: keying === null ? [] : [keying],
  });
  const lines = offer.lines.flatMap(({ text, isOurs }) => (isOurs ? ours : [text]));
  return {
    sdp: description(local, lines),
    mediaSession: {
      codec,
      payloadType,
      telephoneEventPayloadType: events,
      remoteAddress: offer.connectionAddress,
      remotePort: offer.port,
      ptimeMs,
      direction,
    },
  };
}

/** The packet time to send with, where the other side wants this one: the usual one in place of an odd one. */
export function ptimeFor(wantedMs: number): PtimeMs {
  return ptimesMs.find((ptimeMs) => ptimeMs === wantedMs) ?? usualPtimeMs;
}

/** Writes an offer of G.711 with telephone-event. */
export function writeOffer(local: LocalAudio, audio: OfferedAudio): string {
  const lines = audioLines({
    port: local.port,
    profile: audio.isSrtpOnly === true ? "RTP/SAVP" : "RTP/AVP",
    codecs: audio.codecs.map((codec) => ({ codec, payloadType: staticPayloadTypes[codec] })),
    telephoneEventPayloadType: offeredEventPayloadType,
    direction: audio.direction,
    ptimeMs: audio.ptimeMs ?? usualPtimeMs,
    keyings: audio.keyings ?? [],
  });
  return description(local, lines);
}

const staticPayloadTypes = { pcmu: 0, pcma: 8 } as const; // RFC 3551 table 4
const offeredEventPayloadType = 101; // dynamic, and the number everyone uses
const codecNames = { pcmu: "PCMU", pcma: "PCMA" } as const;
const answeringDirections = {
  sendrecv: "sendrecv",
  sendonly: "recvonly",
  recvonly: "sendonly",
  inactive: "inactive",
} as const satisfies Record<MediaDirection, MediaDirection>;

/** sdp-transform throws on some bytes and passes over others: either way nothing is known then. */
function parseLeniently(text: string): Partial<SessionDescription> | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** sdp-transform makes numbers of texts that look like one, whatever its types say. */
function asText(value: string | number): string {
  return String(value);
}

/** A number in its range: what looks like one, yet begins with 0 or is empty, stays a text. */
function isWhole(value: unknown, from: number, to: number): value is number {
  return Number.isInteger(value) && Number(value) >= from && Number(value) <= to;
}

/**
 * Of an m-line that it cannot read, sdp-transform keeps nothing: no answer could have one for it. An
 * answer repeats kind and protocol of each line, and must stay far below what drachtio takes.
 */
function hasBrokenMediaLine(text: string): boolean {
  return text.split(/[\r\n]+/).some((line) => /^m=(?!\w{1,32} \d{1,6} [\w/]{1,32} +\S)/.test(line));
}

/** RFC 3605. What is no port there is passed over: reports are worth no refused call. */
function rtcpPortOf(audio: MediaDescription): number {
  const said = audio.rtcp?.port;
  return isWhole(said, 1, portMax) ? said : Math.min(audio.port + 1, portMax);
}

/**
 * The m-line that is answered; protected audio before plain. A line of RTP/AVP with keys is
 * protected where both sides can (RFC 8643). Port 0 means refused.
 */
function chosenAudio(
  lines: readonly MediaDescription[],
  srtp: SrtpPolicy,
): MediaDescription | SdpRefusal {
  const audio = lines.filter(({ type, port }) => type === "audio" && port > 0);
  const plain = audio.find(({ protocol }) => /^RTP\/AVPF?$/.test(protocol));
  const isSecure = audio.some(({ protocol }) => /^RTP\/SAVPF?$/.test(protocol));
  if (srtp === "off") return plain ?? (isSecure ? "srtp-off" : "no-audio");
  const keyed = audio.find(
    (line) => /^RTP\/S?AVPF?$/.test(line.protocol) && keyingsOf(line).length > 0,
  );
  if (keyed !== undefined) return keyed;
  if (plain !== undefined) return srtp === "required" ? "srtp-required" : plain;
  return isSecure ? "no-common-suite" : "no-audio";
}

/** Lines with one tag between them name nothing: the first one counts. */
function keyingsOf({ crypto = [] }: MediaDescription): readonly SrtpKeying[] {
  const keyings = crypto.slice(0, keyingsMax).flatMap(({ id, suite, config, sessionConfig }) => {
    const parts = [id, suite, config, sessionConfig ?? ""];
    return parseCrypto(parts.map(asText).join(" ").trim()) ?? [];
  });
  return keyings.filter(
    ({ tag }, index) => keyings.findIndex((other) => other.tag === tag) === index,
  );
}

function codecsOf(audio: MediaDescription): AudioOffer["codecs"] {
  const payloadTypes = asText(audio.payloads ?? "")
    .split(" ")
    .filter((text) => /^\d{1,3}$/.test(text) && Number(text) <= payloadTypeMax)
    .map(Number);
  return payloadTypes.flatMap((payloadType) => {
    const codec = codecOf(audio, payloadType);
    return codec === null ? [] : [{ payloadType, codec }];
  });
}

function codecOf(audio: MediaDescription, payloadType: number): G711Codec | null {
  const mapped = audio.rtp.find(({ payload }) => payload === payloadType);
  if (mapped === undefined) {
    if (payloadType === staticPayloadTypes.pcmu) return "pcmu";
    return payloadType === staticPayloadTypes.pcma ? "pcma" : null;
  }
  if (mapped.rate !== 8_000) return null;
  const name = asText(mapped.codec).toUpperCase();
  if (name === "PCMU") return "pcmu";
  return name === "PCMA" ? "pcma" : null;
}

function isAddress(text: string): boolean {
  const isV4 =
    /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split(".").every((part) => Number(part) < 256);
  return isV4 || (/^[\da-f:]*:[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`));
}

/** A connection address of all zeros is the older way to hold (RFC 3264 section 8.4). */
function directionOf(said: string | undefined, address: string): MediaDirection {
  const direction =
    said === "sendonly" || said === "recvonly" || said === "inactive" ? said : "sendrecv";
  return address === "0.0.0.0" && direction === "sendrecv" ? "sendonly" : direction;
}

/** A refused line needs one format, whichever (RFC 3264 section 6); the offer may have hundreds. */
function refusedLine(line: MediaDescription): string {
  const [format = ""] = asText(line.payloads ?? "").split(" ");
  return `m=${line.type} 0 ${line.protocol} ${/^\d{1,3}$/.test(format) ? format : "0"}`;
}

function audioLines(audio: {
  readonly port: number;
  readonly profile: string;
  readonly keyings: readonly SrtpKeying[];
  readonly codecs: AudioOffer["codecs"];
  readonly telephoneEventPayloadType: number | null;
  readonly direction: MediaDirection;
  readonly ptimeMs: PtimeMs;
}): readonly string[] {
  const events = audio.telephoneEventPayloadType;
  const payloadTypes = audio.codecs.map(({ payloadType }) => payloadType);
  if (events !== null) payloadTypes.push(events);
  return [
    `m=audio ${String(audio.port)} ${audio.profile} ${payloadTypes.join(" ")}`,
    ...audio.keyings.map(cryptoLine),
    ...audio.codecs.map(
      ({ codec, payloadType }) => `a=rtpmap:${String(payloadType)} ${codecNames[codec]}/8000`,
    ),
    ...(events === null
      ? []
      : [`a=rtpmap:${String(events)} telephone-event/8000`, `a=fmtp:${String(events)} 0-15`]),
    `a=ptime:${String(audio.ptimeMs)}`,
    `a=${audio.direction}`,
  ];
}

function description(local: LocalAudio, lines: readonly string[]): string {
  const family = local.address.includes(":") ? "IP6" : "IP4";
  return [
    "v=0",
    `o=- ${String(local.sessionId)} ${String(local.version)} IN ${family} ${local.address}`,
    "s=-",
    `c=IN ${family} ${local.address}`,
    "t=0 0",
    ...lines,
    "",
  ].join("\r\n");
}
