import { createHmac } from "node:crypto";
import { Secret } from "@agentcall/base";
import { srtpSuites, type SrtpSuite, writeRtpHeader } from "@agentcall/media";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Authenticator } from "./authenticator.ts";
import { deriveSessionKeys } from "./session-keys.ts";
import { SrtpReceiver } from "./srtp-receiver.ts";
import { SrtpSender } from "./srtp-sender.ts";

// The master key of RFC 3711 appendix B.3; the packets are those of libsrtp's own self-test.
const masterKey = new Secret(
  Buffer.from("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6", "hex").toString(
    "base64",
  ),
);
const suite = "AES_CM_128_HMAC_SHA1_80";
const ssrc = 0xcafebabe;

describe("SrtpSender and SrtpReceiver", () => {
  test("make and read the packet that libsrtp makes", () => {
    const plain = Buffer.from(`800f1234decafbadcafebabe${"ab".repeat(16)}`, "hex");
    const theirs = "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb";

    const made = Buffer.from(new SrtpSender({ suite, masterKey }).protectRtp(plain));
    const read = Buffer.from(theirs, "hex");
    const bytes = new SrtpReceiver({ suite, masterKey }).openRtp(read);

    expect(made.toString("hex")).toBe(theirs);
    expect(bytes).toBe(plain.length);
    expect(read.subarray(0, plain.length)).toEqual(plain);
  });

  test("make and read the RTCP packet that libsrtp makes", () => {
    const plain = Buffer.from(`81c8000bcafebabe${"ab".repeat(16)}`, "hex");
    const theirs = "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798";

    const made = Buffer.from(new SrtpSender({ suite, masterKey }).protectRtcp(plain));
    const read = Buffer.from(theirs, "hex");
    const bytes = new SrtpReceiver({ suite, masterKey }).openRtcp(read);

    expect(made.toString("hex")).toBe(theirs);
    expect(bytes).toBe(plain.length);
    expect(read.subarray(0, plain.length)).toEqual(plain);
  });

  test.each([...srtpSuites])("read what they make with %s, whatever it is", (each) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 1_400 }),
        fc.nat(32_767),
        fc.uint8Array({ minLength: 30, maxLength: 30 }),
        (payload, sequence, key) => {
          const { sender, receiver } = aPair(each, Buffer.from(key).toString("base64"));
          const plain = aPacket(sequence, payload);
          const sent = Buffer.from(sender.protectRtp(plain));
          expect(receiver.openRtp(sent)).toBe(plain.length);
          expect(sent.subarray(0, plain.length)).toEqual(Buffer.from(plain));
        },
      ),
    );
  });

  test("refuse a packet of which one bit is another, and leave it as it was", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom<SrtpSuite>(...srtpSuites), (chosen, each) => {
        const { sender, receiver } = aPair(each);
        const sent = Buffer.from(sender.protectRtp(aPacket(7, new Uint8Array(20))));
        const bit = chosen % (8 * sent.length);
        sent[bit >> 3] = (sent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const before = Buffer.from(sent);
        expect(typeof receiver.openRtp(sent)).toBe("string");
        expect(sent).toEqual(before);
      }),
    );
  });

  test("refuse an RTCP packet of which one bit is another", () => {
    fc.assert(
      fc.property(fc.nat(), (chosen) => {
        const { sender, receiver } = aPair(suite);
        const sent = Buffer.from(sender.protectRtcp(aReport()));
        const bit = chosen % (8 * sent.length);
        sent[bit >> 3] = (sent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(typeof receiver.openRtcp(sent)).toBe("string");
      }),
    );
  });

  test("read packets past many wraps of the sequence, by leaps and in disorder", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 30_000 }), { minLength: 40 }), (leaps) => {
        const { sender, receiver } = aPair(suite);
        let sequence = 0;
        for (const leap of leaps) {
          sequence += leap;
          const packets = [sequence, sequence + 1].map((each) =>
            Buffer.from(sender.protectRtp(aPacket(each & 0xffff, new Uint8Array(4)))),
          );
          for (const packet of packets.reverse()) expect(receiver.openRtp(packet)).toBe(16);
        }
      }),
    );
  });

  test("refuse a packet that came already, and one that is older than the window", () => {
    const { sender, receiver } = aPair(suite);
    const sent = Array.from({ length: 200 }, (_, sequence) =>
      Buffer.from(sender.protectRtp(aPacket(sequence, new Uint8Array(4)))),
    );
    const open = (sequence: number): number | string =>
      receiver.openRtp(Buffer.from(sent[sequence] ?? []));

    expect([199, 199, 100, 100, 71, 72].map(open)).toEqual([
      16,
      "replayed",
      16,
      "replayed",
      "replayed",
      16,
    ]);
  });

  test("refuse an RTCP packet that came already", () => {
    const { sender, receiver } = aPair(suite);
    const [first, second] = [1, 2].map(() => Buffer.from(sender.protectRtcp(aReport())));

    expect(receiver.openRtcp(Buffer.from(second ?? []))).toBe(28);
    expect(receiver.openRtcp(Buffer.from(first ?? []))).toBe(28);
    expect(receiver.openRtcp(Buffer.from(first ?? []))).toBe("replayed");
  });

  test("refuse one from before the first wrap that there never was", () => {
    const { sender, receiver } = aPair(suite);
    receiver.openRtp(Buffer.from(sender.protectRtp(aPacket(5, new Uint8Array(4)))));
    const early = Buffer.from(aPair(suite).sender.protectRtp(aPacket(65_000, new Uint8Array(4))));

    expect(receiver.openRtp(early)).toBe("not-authentic");
  });

  test("know sixteen sources and no more, and none by a packet that is not authentic", () => {
    const { receiver } = aPair(suite);
    const from = (source: number): Buffer =>
      Buffer.from(aPair(suite).sender.protectRtp(aPacket(1, new Uint8Array(4), source)));
    for (let source = 100; source < 200; source += 1) {
      const forged = from(source).fill(0, 12);
      expect(receiver.openRtp(forged)).toBe("not-authentic");
    }

    for (let source = 0; source < 16; source += 1) expect(receiver.openRtp(from(source))).toBe(16);

    expect(receiver.openRtp(from(16))).toBe("too-many-sources");
    expect(receiver.openRtp(from(3))).toBe("replayed");
  });

  test("know sixteen sources of RTCP and no more", () => {
    const { receiver } = aPair(suite);
    const from = (source: number): Buffer =>
      Buffer.from(aPair(suite).sender.protectRtcp(aReport(source)));

    for (let source = 0; source < 16; source += 1) expect(receiver.openRtcp(from(source))).toBe(28);

    expect(receiver.openRtcp(from(16))).toBe("too-many-sources");
  });

  test("encrypt behind sources and extension only, and padding with the payload", () => {
    const { sender, receiver } = aPair(suite);
    const plain = Buffer.concat([
      Buffer.from([0xb1]), // version 2, padding, extension, one source
      aPacket(9, new Uint8Array(0)).subarray(1),
      Buffer.from([0, 0, 0, 77]), // the source
      Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4]), // an extension of one word
      Buffer.from([9, 9, 9, 2]), // two bytes of payload, two of padding
    ]);

    const sent = Buffer.from(sender.protectRtp(plain));

    expect(sent.subarray(0, 24)).toEqual(plain.subarray(0, 24));
    expect(sent.subarray(24, 28)).not.toEqual(plain.subarray(24));
    expect(receiver.openRtp(sent)).toBe(28);
    expect(sent.subarray(0, 28)).toEqual(plain);
  });

  test("read an RTCP packet that is authentic and not encrypted", () => {
    const { receiver } = aPair(suite);
    const master = Buffer.from(masterKey.reveal(), "base64");
    const keys = deriveSessionKeys(master.subarray(0, 16), master.subarray(16), "rtcp");
    const report = aReport();
    const sent = Buffer.concat([report, Buffer.from([0, 0, 0, 1]), Buffer.alloc(10)]);
    new Authenticator(keys.authenticationKey, 10).sign(
      sent.subarray(0, 32),
      new Uint8Array(0),
      sent,
      32,
    );

    expect(receiver.openRtcp(sent)).toBe(28);
    expect(sent.subarray(0, 28)).toEqual(Buffer.from(report));
  });

  test.each([
    ["nothing", 0],
    ["less than a header and a tag", 21],
  ])("refuse %s", (_, bytes) => {
    const { receiver } = aPair(suite);

    expect(receiver.openRtp(Buffer.alloc(bytes))).toBe("too-short");
    expect(receiver.openRtcp(Buffer.alloc(bytes))).toBe("too-short");
  });

  test("refuse an extension that reaches past the end", () => {
    const { receiver } = aPair(suite);
    const packet = Buffer.alloc(40);
    packet[0] = 0x90;
    packet[15] = 200;
    const cut = Buffer.alloc(24);
    cut[0] = 0x90;

    expect([receiver.openRtp(packet), receiver.openRtp(cut)]).toEqual(["too-short", "too-short"]);
  });

  test("answer, and never throw, for any bytes", () => {
    const { receiver } = aPair(suite);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(typeof receiver.openRtp(bytes)).toBe("string");
        expect(typeof receiver.openRtcp(bytes)).toBe("string");
      }),
    );
  });
});

describe("Authenticator", () => {
  test("signs as Node's own HMAC does", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.uint8Array(),
        fc.uint8Array({ maxLength: 8 }),
        (key, covered, suffix) => {
          const tag = new Uint8Array(10);
          new Authenticator(Buffer.from(key), 10).sign(covered, suffix, tag, 0);
          const theirs = createHmac("sha1", key).update(covered).update(suffix).digest();
          expect(Buffer.from(tag)).toEqual(theirs.subarray(0, 10));
        },
      ),
    );
  });
});

function aPair(
  of: SrtpSuite,
  key = masterKey.reveal(),
): { readonly sender: SrtpSender; readonly receiver: SrtpReceiver } {
  const keying = { suite: of, masterKey: new Secret(key) };
  return { sender: new SrtpSender(keying), receiver: new SrtpReceiver(keying) };
}

function aPacket(sequenceNumber: number, payload: Uint8Array, from = ssrc): Uint8Array {
  const packet = new Uint8Array(12 + payload.length);
  writeRtpHeader(packet, {
    marker: false,
    payloadType: 0,
    sequenceNumber,
    timestamp: 160,
    ssrc: from,
  });
  packet.set(payload, 12);
  return packet;
}

function aReport(from = ssrc): Uint8Array {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(from, 4);
  return report;
}
