import { describe, expect, test } from "vitest";
import { type AudioCodec, encodeAudio, sampleRateHz } from "./audio-format.ts";
import { SpeechDetector, type SpeechEdge } from "./speech-detector.ts";
import { renderSpeech } from "./voice/render-speech.ts";
import { renderTone } from "./voice/render-tone.ts";

const settings = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 };
const codecs = ["pcmu", "pcma", "pcm"] as const;

describe("SpeechDetector", () => {
  test.each(codecs)("times a tone in %s by the audio's own time", (codec) => {
    const { detector, edges } = aDetector(codec);

    detector.push(silence(codec, 1000));
    detector.push(tone(codec, 1000));
    detector.push(silence(codec, 1000));

    expect(edges).toEqual([
      { kind: "started", audioStartMs: 700 },
      { kind: "stopped", audioEndMs: 2500 },
    ]);
  });

  test("gives the same edges however the audio is cut", () => {
    const audio = Buffer.concat([silence("pcmu", 400), tone("pcmu", 600), silence("pcmu", 700)]);
    const whole = aDetector("pcmu");
    const cut = aDetector("pcmu");

    whole.detector.push(audio);
    for (let at = 0; at < audio.length; at += 7) cut.detector.push(audio.subarray(at, at + 7));

    expect(cut.edges).toEqual(whole.edges);
    expect(cut.edges).toHaveLength(2);
  });

  test("hears synthesised speech as one turn in spite of its pauses", () => {
    const { detector, edges } = aDetector("pcmu");
    const rate = sampleRateHz("pcmu");
    const samples = renderSpeech("Good evening, do you have a table for two?", {
      sampleRateHz: rate,
    });

    detector.push(encodeAudio("pcmu", samples));
    detector.push(silence("pcmu", 1000));

    expect(edges.map((edge) => edge.kind)).toEqual(["started", "stopped"]);
  });

  test("a click of 40 ms is not speech", () => {
    const { detector, edges } = aDetector("pcmu");

    detector.push(silence("pcmu", 200));
    detector.push(tone("pcmu", 40));
    detector.push(silence("pcmu", 1000));

    expect(edges).toEqual([]);
  });

  test("a pause shorter than the silence asked for does not end the turn", () => {
    const { detector, edges } = aDetector("pcmu");

    detector.push(tone("pcmu", 300));
    detector.push(silence("pcmu", 400));
    detector.push(tone("pcmu", 300));

    expect(edges).toEqual([{ kind: "started", audioStartMs: 0 }]);
  });

  test("a higher threshold wants louder speech", () => {
    const { detector, edges } = aDetector("pcm", { ...settings, threshold: 1 });
    const soft = renderTone(440, 500, 24_000).map((sample) => sample / 16);

    detector.push(encodeAudio("pcm", soft));

    expect(edges).toEqual([]);
  });
});

function aDetector(
  codec: AudioCodec,
  given = settings,
): { detector: SpeechDetector; edges: SpeechEdge[] } {
  const edges: SpeechEdge[] = [];
  const detector = new SpeechDetector(codec, given, (edge) => edges.push(edge));
  return { detector, edges };
}

function silence(codec: AudioCodec, ms: number): Uint8Array {
  return encodeAudio(codec, new Int16Array((sampleRateHz(codec) * ms) / 1000));
}

function tone(codec: AudioCodec, ms: number): Uint8Array {
  return encodeAudio(codec, renderTone(440, ms, sampleRateHz(codec)));
}
