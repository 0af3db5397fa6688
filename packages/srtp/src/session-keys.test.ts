import { describe, expect, test } from "vitest";
import { Keystream } from "./keystream.ts";
import { deriveSessionKeys } from "./session-keys.ts";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

describe("deriveSessionKeys", () => {
  test("derives what appendix B.3 of RFC 3711 prints", () => {
    const masterKey = hex("e1f97a0d3e018be0d64fa32c06de4139");
    const masterSalt = hex("0ec675ad498afeebb6960b3aabe6");

    const keys = deriveSessionKeys(masterKey, masterSalt, "rtp");

    expect(keys.cipherKey.toString("hex")).toBe("c61e7a93744f39ee10734afe3ff7a087");
    expect(keys.salt.toString("hex")).toBe("30cbbc08863d8c85d49db34a9ae1");
    expect(keys.authenticationKey.toString("hex")).toBe("cebe321f6ff7716b6fd4ab49af256a156d38baa4");
  });

  test("gives RTCP other keys than RTP", () => {
    const [rtp, rtcp] = (["rtp", "rtcp"] as const).map((stream) =>
      deriveSessionKeys(Buffer.alloc(16, 1), Buffer.alloc(14, 2), stream),
    );

    expect(rtcp?.cipherKey).not.toEqual(rtp?.cipherKey);
    expect(rtcp?.authenticationKey).not.toEqual(rtp?.authenticationKey);
    expect(rtcp?.salt).not.toEqual(rtp?.salt);
  });
});

describe("Keystream", () => {
  const cipherKey = hex("2b7e151628aed2a6abf7158809cf4f3c");
  const salt = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd");

  test("is what appendix B.2 of RFC 3711 prints", () => {
    const packet = Buffer.alloc(48);

    new Keystream(cipherKey, salt).apply(packet, 0, packet.length, 0, 0, 0);

    expect(packet.toString("hex")).toBe(
      "e03ead0935c95e80e166b16dd92b4eb4" +
        "d23513162b02d0f72a43a2fe4a5f97ab" +
        "41e95b3bb0a2e8dd477901e4fca894c0",
    );
  });

  test("changes nothing before its offset and behind its end", () => {
    const packet = Buffer.alloc(20, 7);

    new Keystream(cipherKey, salt).apply(packet, 4, 10, 1, 2, 3);

    expect(packet.subarray(0, 4)).toEqual(Buffer.alloc(4, 7));
    expect(packet.subarray(14)).toEqual(Buffer.alloc(6, 7));
  });

  test("of nothing is nothing, and of more than a datagram is a fault of ours", () => {
    const stream = new Keystream(cipherKey, salt);

    expect(() => {
      stream.apply(Buffer.alloc(0), 0, 0, 1, 2, 3);
    }).not.toThrow();
    expect(() => {
      stream.apply(Buffer.alloc(1_600), 0, 1_600, 1, 2, 3);
    }).toThrow("datagram");
  });
});
