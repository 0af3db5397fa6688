import type { G711Codec, PtimeMs, UplinkSink } from "@agentcall/media";
import type { StreamKeys } from "@agentcall/srtp";
import type { MediaTap } from "./media-tap.ts";
import type { AgreedSource } from "./source-check.ts";

/** What was negotiated for the audio of one call. */
export type NegotiatedStream = {
  readonly codec: G711Codec;
  readonly payloadType: number;
  readonly telephoneEventPayloadType: number | null;
  /** How much audio the caller's side wants in a packet. What it sends may be of any length. */
  readonly ptimeMs: PtimeMs;
  readonly source: AgreedSource;
  readonly remoteRtcpPort: number;
  /** What its packets are protected with; null for plain RTP. */
  readonly keys: StreamKeys | null;
  /** The caller's side does not want to hear us now. */
  readonly held: boolean;
};

/** Where frames to send come from: 20 ms of G.711 each time, silence where there is nothing to say. */
export type FrameSource = {
  /** There is nothing to say at this moment. */
  readonly isSilent: boolean;
  pullFrame(
    into: Uint8Array,
    offset: number,
    bytes: number,
  ): "speech" | "silence" | "talkspurt-start";
  readonly underruns: number;
  readonly overruns: number;
};

/** What a media session is joined to. */
export type MediaEnds = {
  readonly sink: UplinkSink;
  readonly source: FrameSource;
  readonly onDigit: (digit: string) => void;
  readonly onFrameSent: () => void;
  /** Hears what passes; null: nobody does. */
  readonly tap: MediaTap | null;
  /** Told once: nothing came from the caller's side for 30 s. */
  readonly onMediaLost: () => void;
};
