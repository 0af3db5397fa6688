import { describe, expect, test } from "vitest";
import { alaw, mulaw } from "alawmulaw";
import { decodeG711, encodeG711 } from "./g711.ts";

const everySample = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe("G.711", () => {
  test("decodes every byte as the reference does", () => {
    const mu = new Int16Array(256);
    const a = new Int16Array(256);

    decodeG711("pcmu", everyByte, mu);
    decodeG711("pcma", everyByte, a);

    expect([...mu]).toEqual([...mulaw.decode(everyByte)]);
    expect([...a]).toEqual([...alaw.decode(everyByte)]);
  });

  test.each(["pcmu", "pcma"] as const)("%s: what is encoded comes back within its step", (law) => {
    const bytes = new Uint8Array(everySample.length);
    const back = new Int16Array(everySample.length);

    encodeG711(law, everySample, bytes);
    decodeG711(law, bytes, back);

    const worst = everySample.reduce((most, sample, index) => {
      const error = Math.abs((back[index] ?? 0) - sample) / Math.max(256, Math.abs(sample));
      return Math.max(most, error);
    }, 0);
    expect(worst).toBeLessThan(0.05);
  });
});
