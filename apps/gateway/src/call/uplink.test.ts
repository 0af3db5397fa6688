import { describe, expect, test } from "vitest";
import { Uplink } from "./uplink.ts";

function gathered(): { readonly uplink: Uplink; readonly pieces: Uint8Array[] } {
  const pieces: Uint8Array[] = [];
  return { uplink: new Uplink(0xff, (piece) => pieces.push(piece.slice())), pieces };
}

describe("Uplink", () => {
  test("makes one piece of two frames", () => {
    const { uplink, pieces } = gathered();

    uplink.audio(new Uint8Array(172).fill(1), 12, 160);
    expect(pieces).toEqual([]);
    uplink.audio(new Uint8Array(172).fill(2), 12, 160);

    expect(pieces).toEqual([
      Uint8Array.from([...Array<number>(160).fill(1), ...Array<number>(160).fill(2)]),
    ]);
  });

  test("frames of any length come out in order and none is lost", () => {
    const { uplink, pieces } = gathered();
    const source = Uint8Array.from({ length: 999 }, (_, index) => index & 0x7f);

    uplink.audio(source, 0, 240);
    uplink.audio(source, 240, 759);

    expect(pieces.map((piece) => piece.length)).toEqual([320, 320, 320]);
    expect(pieces.flatMap((piece) => [...piece])).toEqual([...source.subarray(0, 960)]);
  });

  test("fills with the codec's silence", () => {
    const { uplink, pieces } = gathered();

    uplink.audio(new Uint8Array(160).fill(1), 0, 160);
    uplink.silence(800);

    expect(pieces.map((piece) => [piece[0], piece[319]])).toEqual([
      [1, 0xff],
      [0xff, 0xff],
      [0xff, 0xff],
    ]);
  });
});
