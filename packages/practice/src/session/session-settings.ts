import { type AudioCodec, codecOfFormat } from "../audio-format.ts";
import { isObject, type Problem } from "./shape.ts";

type Tree = Readonly<Record<string, unknown>>;

export type TurnDetection = {
  readonly threshold: number;
  readonly prefixPaddingMs: number;
  readonly silenceDurationMs: number;
  readonly createResponse: boolean;
  readonly interruptResponse: boolean;
};

/** A session's settings: the tree that the client is shown, and what we read from it. */
export type SessionSettings = {
  readonly wire: Tree;
  readonly inputCodec: AudioCodec;
  readonly outputCodec: AudioCodec;
  readonly voice: string;
  readonly speaks: boolean;
  readonly instructions: string;
  readonly transcribes: boolean;
  readonly turnDetection: TurnDetection | null;
};

/** A session as the real service makes it before the client has said anything. */
export function freshSettings(
  model: string,
  sessionId: string,
  expiresAtSecs: number,
): SessionSettings {
  const format = { type: "audio/pcm", rate: 24_000 };
  return readSettings({
    type: "realtime",
    object: "realtime.session",
    id: sessionId,
    model,
    output_modalities: ["audio"],
    instructions: "You are the practice provider. You do not understand speech.",
    tools: [],
    tool_choice: "auto",
    max_output_tokens: "inf",
    tracing: null,
    truncation: "auto",
    prompt: null,
    expires_at: expiresAtSecs,
    audio: {
      input: { format, transcription: null, noise_reduction: null, turn_detection: serverVad({}) },
      output: { format, voice: "marin", speed: 1 },
    },
    include: null,
  });
}

/**
 * The settings after a `session.update` that has the right shape, or what the real service
 * refuses in it: another model, another voice once the agent has spoken.
 */
export function updatedSettings(
  settings: SessionSettings,
  update: Tree,
  agentHasSpoken: boolean,
): SessionSettings | Problem {
  const next = readSettings(merged(settings.wire, update));
  if (update["model"] !== undefined && update["model"] !== settings.wire["model"])
    return problem("invalid_value", "Cannot update a session's model.", "session.model");
  if (agentHasSpoken && next.voice !== settings.voice)
    return problem("cannot_update_voice", voiceText, "session.audio.output.voice");
  return next;
}

const voiceText = "Cannot update a conversation's voice if assistant audio is present.";

function problem(code: string, message: string, param: string): Problem {
  return { code, message, param };
}

// These are replaced whole; objects between them are merged.
const leaves = new Set([
  "format",
  "transcription",
  "noise_reduction",
  "turn_detection",
  "tools",
  "voice",
]);

function merged(old: Tree, update: Tree): Tree {
  const next: Record<string, unknown> = { ...old };
  for (const [key, value] of Object.entries(update)) {
    const before = old[key];
    if (key === "turn_detection" && isObject(value)) next[key] = withDefaults(value);
    else if (isObject(value) && isObject(before) && !leaves.has(key))
      next[key] = merged(before, value);
    else next[key] = value;
  }
  return next;
}

function withDefaults(detection: Tree): Tree {
  return detection["type"] === "server_vad"
    ? serverVad(detection)
    : { eagerness: "auto", create_response: true, interrupt_response: true, ...detection };
}

function serverVad(given: Tree): Tree {
  return {
    type: "server_vad",
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: 500,
    idle_timeout_ms: null,
    create_response: true,
    interrupt_response: true,
    ...given,
  };
}

function readSettings(wire: Tree): SessionSettings {
  const input = treeAt(treeAt(wire, "audio"), "input");
  const output = treeAt(treeAt(wire, "audio"), "output");
  const modalities = wire["output_modalities"];
  return {
    wire,
    inputCodec: codecAt(input),
    outputCodec: codecAt(output),
    voice: voiceName(output["voice"]),
    speaks: !Array.isArray(modalities) || modalities.includes("audio"),
    instructions: typeof wire["instructions"] === "string" ? wire["instructions"] : "",
    transcribes: isObject(input["transcription"]),
    turnDetection: isObject(input["turn_detection"]) ? detectionOf(input["turn_detection"]) : null,
  };
}

// How long semantic_vad waits here: it cannot tell a finished thought from a pause.
const eagernessWaitMs: Readonly<Record<string, number>> = {
  low: 1500,
  medium: 800,
  auto: 800,
  high: 400,
};

function detectionOf(wire: Tree): TurnDetection {
  const wait = eagernessWaitMs[String(wire["eagerness"])] ?? 800;
  return {
    threshold: numberOr(wire["threshold"], 0.5),
    prefixPaddingMs: numberOr(wire["prefix_padding_ms"], 300),
    silenceDurationMs: numberOr(wire["silence_duration_ms"], wait),
    createResponse: wire["create_response"] !== false,
    interruptResponse: wire["interrupt_response"] !== false,
  };
}

function codecAt(direction: Tree): AudioCodec {
  const type = treeAt(direction, "format")["type"];
  return (typeof type === "string" ? codecOfFormat(type) : null) ?? "pcm";
}

function voiceName(voice: unknown): string {
  if (typeof voice === "string") return voice;
  const id = isObject(voice) ? voice["id"] : null;
  return typeof id === "string" ? id : "marin";
}

function treeAt(tree: Tree, key: string): Tree {
  const value = tree[key];
  return isObject(value) ? value : {};
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
