import { type Random, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { encodeG711, parseRtpHeader, writeRtcpReport, writeRtpHeader } from "@agentcall/media";
import { keysForAnswer, MediaProtection, offeredKeyings, type StreamKeys } from "@agentcall/srtp";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { NegotiatedStream } from "./media-ends.ts";
import { MediaSession } from "./media-session.ts";
import { Pacer } from "./pacer.ts";
import type { RtpHandlers } from "./rtp-endpoint.ts";

const caller = { address: "198.51.100.7", port: 4_000 };

const stream: NegotiatedStream = {
  codec: "pcmu",
  payloadType: 0,
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  source: { ...caller, signallingAddress: "203.0.113.9" },
  remoteRtcpPort: 4_001,
  held: false,
  keys: null,
};

type Sent = { readonly packet: Uint8Array; readonly address: string; readonly port: number };

/** A started session with the caller's and the model's ends in the test's hands. */
type Line = {
  readonly clock: TestClock;
  readonly pacer: Pacer;
  readonly session: MediaSession;
  readonly handlers: RtpHandlers;
  readonly sentRtp: Sent[];
  readonly sentRtcp: Sent[];
  readonly told: string[];
  heardBytes: number;
  isSilent: boolean;
  isOpen: boolean;
};

let line: Line;

beforeEach(async () => {
  const clock = new TestClock();
  const pacer = new Pacer(clock, silentLog);
  const sentRtp: Sent[] = [];
  const sentRtcp: Sent[] = [];
  const told: string[] = [];
  const opened = Promise.withResolvers<RtpHandlers>();
  const session = await MediaSession.open({
    openRtp: (handlers) => {
      opened.resolve(handlers);
      return Promise.resolve({
        address: "127.0.0.1",
        port: 20_000,
        settle: () => undefined,
        sendRtp: (packet, address, port) => sentRtp.push({ packet: packet.slice(), address, port }),
        sendRtcp: (packet, address, port) =>
          sentRtcp.push({ packet: packet.slice(), address, port }),
        close: () => {
          line.isOpen = false;
        },
      });
    },
    pacer,
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
  line = {
    clock,
    pacer,
    session,
    handlers: await opened.promise,
    sentRtp,
    sentRtcp,
    told,
    heardBytes: 0,
    isSilent: false,
    isOpen: true,
  };
  session.start(stream, {
    sink: {
      audio: (_source, _offset, bytes) => {
        line.heardBytes += bytes;
      },
      silence: () => undefined,
    },
    source: {
      get isSilent() {
        return line.isSilent;
      },
      pullFrame: (into, offset, bytes) => {
        into.fill(0x42, offset, offset + bytes);
        return "speech";
      },
      underruns: 0,
      overruns: 0,
    },
    onDigit: (digit) => told.push(digit),
    onFrameSent: () => undefined,
    tap: null,
    onMediaLost: () => told.push("media lost"),
  });
});

function packetOf(sequenceNumber: number, payloadType = 0): Uint8Array {
  const packet = new Uint8Array(172).fill(0x55);
  writeRtpHeader(packet, {
    marker: false,
    payloadType,
    sequenceNumber,
    timestamp: sequenceNumber * 160,
    ssrc: 7,
  });
  return packet;
}

function hear(sequenceNumber: number, from = caller): void {
  line.handlers.onRtp(packetOf(sequenceNumber), from.address, from.port);
}

describe("MediaSession", () => {
  test("sends a frame every 20 ms to the agreed place", () => {
    line.clock.advance(100);

    const headers = line.sentRtp.map(({ packet }) => parseRtpHeader(packet));
    expect(headers).toHaveLength(6);
    expect(headers[0]).toMatchObject({ marker: true, payloadType: 0, payloadBytes: 160 });
    expect(
      line.sentRtp.every(({ address, port }) => address === caller.address && port === caller.port),
    ).toBe(true);
  });

  test("lets a frame with nothing to say wait, but none in which a key is pressed", () => {
    line.clock.advance(20);
    line.isSilent = true;
    line.clock.advance(20);
    const whileSilent = line.sentRtp.length;
    line.session.press("5");
    line.clock.advance(20);

    expect([whileSilent, line.sentRtp.length]).toEqual([2, 4]); // the one of 40 ms at 45, and 60
  });

  test("drops and counts what strangers send, before and after the caller is found", () => {
    hear(1, { address: "192.0.2.66", port: 4_000 });
    hear(1);
    hear(2, { address: "192.0.2.66", port: 4_000 });
    hear(2, { address: caller.address, port: 4_444 });
    hear(2);

    expect(line.session.stats()).toMatchObject({
      packetsReceived: 2,
      packetsFromStrangers: 3,
      packetsNotRtp: 0,
    });
    expect(line.heardBytes).toBe(320);
  });

  test("answers a caller behind a NAT where its audio comes from, and RTCP on the port above", () => {
    const natted = { address: "203.0.113.9", port: 61_000 };
    for (let sequence = 1; sequence <= 5; sequence += 1) hear(sequence, natted);

    line.clock.advance(5_100);

    expect(line.sentRtp.at(-1)).toMatchObject(natted);
    expect(line.sentRtcp).toMatchObject([{ address: natted.address, port: 61_001 }]);
  });

  test("reports by RTCP every five seconds", () => {
    line.clock.advance(20_000);

    expect(line.sentRtcp.length).toBeGreaterThanOrEqual(3);
    expect(line.sentRtcp[0]).toMatchObject({ address: caller.address, port: 4_001 });
  });

  test("counts what is not RTP, or not what was agreed, and hears none of it", () => {
    line.handlers.onRtp(Uint8Array.of(1, 2, 3), caller.address, caller.port);
    line.handlers.onRtp(packetOf(1, 18), caller.address, caller.port);

    expect(line.session.stats()).toMatchObject({ packetsNotRtp: 2, packetsReceived: 0 });
  });

  test("answers, and never throws, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        line.handlers.onRtp(bytes, caller.address, caller.port);
        line.handlers.onRtcp(bytes, caller.address, caller.port);
      }),
    );
  });

  test("sends nothing and hears nothing while held, and takes up again where the time is", () => {
    hear(1);
    line.clock.advance(20);
    const before = line.sentRtp.length;
    const last = parseRtpHeader(line.sentRtp.at(-1)?.packet ?? new Uint8Array());

    line.session.change({ ...stream, held: true });
    hear(2);
    line.clock.advance(40_000);
    const whileHeld = line.sentRtp.length - before;
    line.session.change(stream);
    line.clock.advance(20);
    const next = parseRtpHeader(line.sentRtp.at(-1)?.packet ?? new Uint8Array());

    expect([whileHeld, line.heardBytes, line.told]).toEqual([0, 160, []]);
    if (typeof last === "string" || typeof next === "string") throw new Error("not RTP");
    expect((next.timestamp - last.timestamp) >>> 0).toBe((40_020 / 20) * 160);
    expect([next.marker, (next.sequenceNumber - last.sequenceNumber) & 0xffff]).toEqual([true, 1]);
  });

  test("tells once that nothing has come for 30 s", () => {
    hear(1);
    line.clock.advance(29_000);
    expect(line.told).toEqual([]);

    line.clock.advance(5_000);

    expect(line.told).toEqual(["media lost"]);
  });

  test.each([
    [10, 1, 80],
    [30, 3, 240],
    [40, 4, 320],
  ] as const)(
    "sends packets of %i ms where those are agreed, at the same pace",
    (ptimeMs, _, bytes) => {
      line.session.change({ ...stream, ptimeMs });
      const before = line.sentRtp.length;

      line.clock.advance(1_200);

      const sent = line.sentRtp.slice(before).map(({ packet }) => parseRtpHeader(packet));
      const headers = sent.filter((header) => typeof header !== "string");
      expect(headers).toHaveLength(Math.floor(1_220 / ptimeMs)); // the first left at once
      expect(new Set(headers.map(({ payloadBytes }) => payloadBytes))).toEqual(new Set([bytes]));
      const steps = headers.slice(1).map((header, index) => {
        const former = headers[index];
        return ((header.timestamp - (former?.timestamp ?? 0)) >>> 0) / 8;
      });
      expect(new Set(steps)).toEqual(new Set([ptimeMs]));
    },
  );

  test.each([80, 240, 320])("hears packets of %i samples whole", (samples) => {
    for (let sequence = 1; sequence <= 12; sequence += 1) {
      const packet = new Uint8Array(12 + samples).fill(0x55);
      writeRtpHeader(packet, {
        marker: false,
        payloadType: 0,
        sequenceNumber: sequence,
        timestamp: sequence * samples,
        ssrc: 7,
      });
      line.handlers.onRtp(packet, caller.address, caller.port);
      line.clock.advance(samples / 8);
    }

    expect(line.heardBytes).toBe(12 * samples);
    expect(line.session.stats()).toMatchObject({ packetsReceived: 12, packetsLost: 0 });
  });

  test("presses keys in between packets of 40 ms, and goes on in their time", () => {
    line.session.change({ ...stream, ptimeMs: 40 });
    line.session.press("5");
    line.clock.advance(600);

    const headers = line.sentRtp
      .map(({ packet }) => parseRtpHeader(packet))
      .filter((header) => typeof header !== "string");
    const events = headers.filter(({ payloadType }) => payloadType === 101);
    const last = headers.at(-1);
    const first = headers[0];
    expect(events).toHaveLength(8);
    expect(((last?.timestamp ?? 0) - (first?.timestamp ?? 0)) % 160).toBe(0);
  });

  test("hears keys that are pressed as tones, where no telephone events were agreed", () => {
    line.session.change({ ...stream, telephoneEventPayloadType: null });
    const tones = new Int16Array(2_400);
    for (let index = 0; index < 800; index += 1) {
      const angle = (2 * Math.PI * index) / 8_000;
      tones[index] = Math.round(6_000 * (Math.sin(770 * angle) + Math.sin(1_336 * angle)));
    }
    const audio = new Uint8Array(tones.length);
    encodeG711("pcmu", tones, audio);
    for (let sequence = 0; sequence < 15; sequence += 1) {
      const packet = packetOf(sequence);
      packet.set(audio.subarray(160 * sequence, 160 * (sequence + 1)), 12);
      line.handlers.onRtp(packet, caller.address, caller.port);
    }

    expect(line.told).toEqual(["5"]);
    expect(line.heardBytes).toBeLessThan(2_400 - 400); // its tones were kept from the model
  });

  test("with keys protects what it sends, and takes only what is protected", () => {
    const keys = keysOf(seededRandom(2));
    const theirs = MediaProtection.following({ send: keys.receive, receive: keys.send }, null);
    line.session.change({ ...stream, keys });
    const before = line.sentRtp.length;
    const sealed = Buffer.from(theirs?.sender.protectRtp(packetOf(2)) ?? []);

    line.clock.advance(20);
    hear(1); // plain
    line.handlers.onRtp(Buffer.from(sealed).fill(0, 20, 21), caller.address, caller.port); // forged
    line.handlers.onRtp(Buffer.from(sealed), "192.0.2.66", 4_000); // taken from the wire by a stranger
    line.handlers.onRtp(Buffer.from(sealed), caller.address, caller.port); // and then it is old
    line.handlers.onRtp(
      Buffer.from(theirs?.sender.protectRtp(packetOf(3)) ?? []),
      caller.address,
      caller.port,
    );

    const sent = line.sentRtp[before]?.packet ?? new Uint8Array();
    expect(theirs?.receiver.openRtp(sent)).toBe(172);
    expect(sent[100]).toBe(0x42);
    expect(line.session.stats()).toMatchObject({
      packetsReceived: 1,
      packetsNotAuthentic: 3,
      packetsFromStrangers: 1,
      srtpSuite: "AES_CM_128_HMAC_SHA1_80",
    });
    expect(line.heardBytes).toBe(160);
  });

  test("with keys reports by protected RTCP, and reads no other", () => {
    const keys = keysOf(seededRandom(2));
    const theirs = MediaProtection.following({ send: keys.receive, receive: keys.send }, null);
    line.session.change({ ...stream, keys });
    const report = writeRtcpReport({ ssrc: 7, sender: null, blocks: [] }, "caller");

    line.handlers.onRtcp(report, caller.address, caller.port + 1);
    line.handlers.onRtcp(
      theirs?.sender.protectRtcp(report) ?? report,
      caller.address,
      caller.port + 1,
    );
    line.clock.advance(5_100);

    const sent = Buffer.from(line.sentRtcp.at(-1)?.packet ?? []);
    expect(theirs?.receiver.openRtcp(sent)).toBe(sent.length - 14);
  });

  test("leaves nothing behind when closed, which may be done twice", () => {
    line.session.close();
    line.session.close();

    expect([line.isOpen, line.pacer.streamCount, line.clock.pendingCount]).toEqual([false, 0, 0]);
  });
});

function keysOf(random: Random): StreamKeys {
  const keys = keysForAnswer(offeredKeyings(random), null, random);
  if (keys === null) throw new Error("no keys");
  return keys;
}
