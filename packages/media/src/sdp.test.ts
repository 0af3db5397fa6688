import { Secret, seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { type AudioOffer, parseSdp, type SrtpPolicy, writeAnswer, writeOffer } from "./sdp.ts";

const local = { address: "127.0.0.1", port: 20_000, sessionId: 1, version: 1 };

describe("an offer", () => {
  test("of a carrier is read: its codecs in its order, its events, its address", () => {
    const offer = parsed(
      sdp({
        payloads: "18 8 0 101",
        lines: [
          "a=rtpmap:18 G729/8000",
          "a=rtpmap:101 telephone-event/8000",
          "a=ptime:20",
          "a=rtcp:40009",
        ],
      }),
    );

    expect(offer).toMatchObject({
      connectionAddress: "127.0.0.1",
      port: 40_000,
      rtcpPort: 40_009,
      codecs: [
        { payloadType: 8, codec: "pcma" },
        { payloadType: 0, codec: "pcmu" },
      ],
      telephoneEventPayloadType: 101,
      ptimeMs: 20,
      direction: "sendrecv",
      held: false,
    });
  });

  test("may map G.711 to a number of its own, and others to the numbers of G.711", () => {
    const offer = parsed(
      sdp({ payloads: "0 96", lines: ["a=rtpmap:0 L16/44100", "a=rtpmap:96 pcmu/8000"] }),
    );

    expect(offer.codecs).toEqual([{ payloadType: 96, codec: "pcmu" }]);
  });

  test.each([
    [["a=sendonly"], "127.0.0.1", "sendonly", true],
    [["a=inactive"], "127.0.0.1", "inactive", true],
    [["a=recvonly"], "127.0.0.1", "recvonly", false],
    [[], "0.0.0.0", "sendonly", true],
  ] as const)("with %o at %s holds or does not", (lines, address, direction, held) => {
    expect(parsed(sdp({ lines, address }))).toMatchObject({ direction, held });
  });

  test.each<[string, string, string]>([
    ["nothing", "", "malformed"],
    ["no version", "o=- 1 1 IN IP4 127.0.0.1\r\n", "malformed"],
    ["no media", sdp({ media: false }), "no-audio"],
    ["a port that is none", sdp({ port: "none" }), "malformed"],
    ["a port beyond all", sdp({ port: "70000" }), "malformed"],
    ["no address", sdp({ connection: false }), "malformed"],
    ["a name for an address", sdp({ address: "phone.example" }), "address-refused"],
    ["an address beyond all", sdp({ address: "300.1.1.1" }), "address-refused"],
    ["video only", sdp({ type: "video" }), "no-audio"],
    ["SRTP only", sdp({ protocol: "RTP/SAVP" }), "srtp-off"],
    ["a port of 0", sdp({ port: "0" }), "no-audio"],
    ["G.729 only", sdp({ payloads: "18", lines: ["a=rtpmap:18 G729/8000"] }), "no-common-codec"],
    ["far too much", `v=0\r\n${"a=x\r\n".repeat(5_000)}`, "malformed"],
    ["too many media", sdp({ lines: Array<string>(20).fill("m=audio 9 RTP/AVP 0") }), "malformed"],
    ["no origin", sdp({}).replace(/o=.*\r\n/, ""), "malformed"],
    ["a port with a zero before it", sdp({ port: "040000" }), "malformed"],
    ["audio without a payload type", sdp({ payloads: "" }), "malformed"],
    [
      "a kind of media that is endless",
      sdp({ lines: [`m=${"x".repeat(33)} 9 RTP/AVP 0`] }),
      "malformed",
    ],
    ["a second line that is none", sdp({ lines: ["m=image 5/2 udptl t38"] }), "malformed"],
    ["payload types that are none", sdp({ payloads: "0x8 -8 8.5 x" }), "no-common-codec"],
    ["a payload type beyond all", sdp({ payloads: "999", lines: pcmuAs(999) }), "no-common-codec"],
    ["G.711 at another rate", sdp({ lines: ["a=rtpmap:0 PCMU/16000"] }), "no-common-codec"],
    ["letters and a colon", sdp({ address: "::dead.beef" }), "address-refused"],
    ["two gaps in an address", sdp({ address: "1::2::3" }), "address-refused"],
  ])("of %s is refused", (_, text, reason) => {
    expect(parseSdp(text)).toBe(reason);
  });

  test("is looked for in any text without ever throwing", () => {
    const random = seededRandom(6);
    const good = sdp({ payloads: "0 8 101", lines: ["a=rtpmap:101 telephone-event/8000"] });
    for (let count = 0; count < 5_000; count += 1) {
      let text = good;
      for (let hits = 1 + random.below(5); hits > 0; hits -= 1) {
        const at = random.below(text.length);
        const inserted = String.fromCharCode(random.below(128)).repeat(random.below(4));
        text = text.slice(0, at) + inserted + text.slice(at + random.below(6));
      }
      expect(() => parseSdp(text)).not.toThrow();
    }
  });
});

describe("numbers of an offer", () => {
  test.each([
    ["a=rtcp:40009", 40_009],
    ["a=rtcp:40009 IN IP4 127.0.0.1", 40_009],
    ["a=rtcp:99999", 40_001],
    ["a=rtcp:0", 40_001],
    ["a=rtcp:", 40_001],
    ["a=rtcp:007", 40_001],
    ["a=x", 40_001],
  ])("%s asks for reports at port %i", (line, rtcpPort) => {
    expect(parsed(sdp({ lines: [line] })).rtcpPort).toBe(rtcpPort);
  });

  test("ask for reports at the last port where there is none behind it", () => {
    expect(parsed(sdp({ port: "65535" }))).toMatchObject({ port: 65_535, rtcpPort: 65_535 });
  });

  test.each([
    ["a=ptime:30", 30],
    ["a=ptime:", 20],
    ["a=ptime:0", 20],
    ["a=ptime:020", 20],
    ["a=x", 20],
  ])("%s wants frames of %i ms", (line, ptimeMs) => {
    expect(parsed(sdp({ lines: [line] })).ptimeMs).toBe(ptimeMs);
  });

  test.each([
    ["a=rtpmap:101 telephone-event/8000", 101],
    ["a=rtpmap:97 TELEPHONE-EVENT/8000/1", 97],
    ["a=rtpmap:101 telephone-event/16000", null],
    ["a=rtpmap:999 telephone-event/8000", null],
    ["a=rtpmap:0101 telephone-event/8000", null],
  ])("%s sends keys as payload type %s", (line, payloadType) => {
    expect(parsed(sdp({ lines: [line] })).telephoneEventPayloadType).toBe(payloadType);
  });

  test("may stand apart by more than one space", () => {
    expect(parsed(sdp({ payloads: "8  101" })).codecs).toEqual([{ payloadType: 8, codec: "pcma" }]);
  });
});

describe("an offer's audio", () => {
  test("has an address and a direction of its own before those of the session", () => {
    const text = sdp({ lines: ["c=IN IP4 127.0.0.2", "a=sendrecv"] }).replace(
      "t=0 0",
      "t=0 0\r\na=inactive",
    );

    expect(parsed(text)).toMatchObject({ connectionAddress: "127.0.0.2", direction: "sendrecv" });
  });

  test("takes the session's where it has none", () => {
    const text = sdp({}).replace("t=0 0", "t=0 0\r\na=sendonly");

    expect(parsed(text)).toMatchObject({ connectionAddress: "127.0.0.1", direction: "sendonly" });
  });

  test.each(["::1", "2001:db8::8:800", "::ffff:127.0.0.1"])("may be at %s", (address) => {
    const text = sdp({}).replace("c=IN IP4 127.0.0.1", `c=IN IP6 ${address}`);

    expect(parsed(text).connectionAddress).toBe(address);
  });

  test("is the first line that is plain RTP with a port", () => {
    const offer = parsed(
      sdp({
        port: "0",
        lines: ["m=audio 40002 RTP/SAVP 0", "m=audio 40004 RTP/AVPF 8", "m=audio 40006 RTP/AVP 0"],
      }),
    );

    expect(offer.port).toBe(40_004);
    expect(offer.lines.map(({ isOurs }) => isOurs)).toEqual([false, false, true, false]);
  });
});

test.each(range(0, 10))("a garbled offer is refused, or is one to answer, seed %i", (seed) => {
  const random = seededRandom(seed);
  const good = sdp({
    payloads: "0 8 101",
    lines: ["a=rtpmap:101 telephone-event/8000", "a=ptime:20", "a=rtcp:40001", "a=sendonly"],
  });
  for (let count = 0; count < 1_000; count += 1) {
    const lines = good.split("\r\n");
    const at = 1 + random.below(lines.length - 1);
    const line = lines[at] ?? "";
    const cut = random.below(line.length + 1);
    const inserted = ["0", "9", " ", "/", "-", ":", ".", "\r\n"][random.below(8)] ?? "";
    lines[at] = line.slice(0, cut) + inserted + line.slice(cut + random.below(3));

    const offer = parseSdp(lines.join("\r\n"));

    if (typeof offer === "string") continue;
    expect(faultsOf(offer)).toEqual([]);
    const { mediaSession, sdp: answer } = writeAnswer(offer, local);
    expect(parsed(answer).codecs).toEqual([
      { payloadType: mediaSession.payloadType, codec: mediaSession.codec },
    ]);
  }
});

describe("an answer", () => {
  test("takes the first codec that both speak, and the events", () => {
    const offer = parsed(sdp({ payloads: "8 0 97", lines: ["a=rtpmap:97 telephone-event/8000"] }));

    const { sdp: text, mediaSession } = writeAnswer(offer, local);

    expect(mediaSession).toEqual({
      codec: "pcma",
      payloadType: 8,
      telephoneEventPayloadType: 97,
      remoteAddress: "127.0.0.1",
      remotePort: 40_000,
      ptimeMs: 20,
      direction: "sendrecv",
    });
    expect(text).toContain("m=audio 20000 RTP/AVP 8 97\r\n");
    expect(parsed(text).codecs).toEqual([{ payloadType: 8, codec: "pcma" }]);
  });

  test("turns the direction round, and has one line for each that was offered", () => {
    const offer = parsed(
      sdp({ lines: ["a=sendonly", "m=video 40002 RTP/AVP 96", "a=rtpmap:96 VP8/90000"] }),
    );

    const { sdp: text, mediaSession } = writeAnswer(offer, local);

    expect(mediaSession.direction).toBe("recvonly");
    expect(text).toContain("a=recvonly");
    expect(text).toContain("m=video 0 RTP/AVP 96");
    expect(text.match(/^m=/gm)).toHaveLength(2);
  });
});

test("the answer to an offer that is as long as it may be stays below what drachtio takes", () => {
  const formats = Array.from({ length: 250 }, (_, index) => String(index % 128)).join(" ");
  const lines = Array.from(
    { length: 15 },
    () => `m=${"x".repeat(32)} 40002 ${"RTP/SAVP".repeat(4)} ${formats}`,
  );
  const offer = parsed(sdp({ payloads: formats, lines }));

  expect(writeAnswer(offer, local).sdp.length).toBeLessThan(2_048);
});

describe("an offer of ours", () => {
  test.each(["127.0.0.1", "::1"])("at %s is read again", (address) => {
    const text = writeOffer(
      { ...local, address },
      { codecs: ["pcmu", "pcma"], direction: "sendonly" },
    );

    expect(parsed(text)).toMatchObject({
      connectionAddress: address,
      port: 20_000,
      codecs: [
        { payloadType: 0, codec: "pcmu" },
        { payloadType: 8, codec: "pcma" },
      ],
      telephoneEventPayloadType: 101,
      direction: "sendonly",
    });
  });
});

describe("an offer of SRTP", () => {
  const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
  const suite = "AES_CM_128_HMAC_SHA1_80";
  const crypto = `a=crypto:3 ${suite} inline:${key}|2^31`;
  const keyed = sdp({ protocol: "RTP/SAVP", lines: [crypto] });
  const both = sdp({ lines: ["m=audio 40002 RTP/SAVP 0", crypto] });

  test.each<[string, string, SrtpPolicy, string]>([
    ["alone", keyed, "off", "srtp-off"],
    ["alone", keyed, "offered", "SRTP"],
    ["alone", keyed, "required", "SRTP"],
    ["behind plain RTP", both, "off", "plain"],
    ["behind plain RTP", both, "offered", "SRTP"],
    ["behind plain RTP", both, "required", "SRTP"],
    ["of none, only plain RTP", sdp({}), "offered", "plain"],
    ["of none, only plain RTP", sdp({}), "required", "srtp-required"],
    ["as keys beside plain RTP (RFC 8643)", sdp({ lines: [crypto] }), "off", "plain"],
    ["as keys beside plain RTP (RFC 8643)", sdp({ lines: [crypto] }), "required", "SRTP"],
    ["without keys", sdp({ protocol: "RTP/SAVP" }), "offered", "no-common-suite"],
    ["of no audio", sdp({ type: "video" }), "required", "no-audio"],
  ])("%s (%#) where it is %s", (_, text, policy, outcome) => {
    const offer = parseSdp(text, policy);

    if (typeof offer === "string") expect(offer).toBe(outcome);
    else expect(offer.keyings.length > 0 ? "SRTP" : "plain").toBe(outcome);
  });

  test("is answered by its protocol and the tag of its line", () => {
    const offer = parseSdp(keyed, "offered");
    if (typeof offer === "string") throw new Error(offer);
    const ours = { tag: 3, suite, masterKey: new Secret("A".repeat(40)) } as const;

    const { sdp: text } = writeAnswer(offer, local, ours);

    expect(text).toContain("m=audio 20000 RTP/SAVP 0\r\n");
    expect(text).toContain(`a=crypto:3 ${suite} inline:${"A".repeat(40)}\r\n`);
  });

  test("has each tag once, and no more than eight lines of keys", () => {
    const lines = Array.from({ length: 20 }, (_, index) =>
      crypto.replace("crypto:3", `crypto:${String(1 + (index >> 1))}`),
    );
    const offer = parseSdp(sdp({ protocol: "RTP/SAVP", lines }), "offered");

    if (typeof offer === "string") throw new Error(offer);
    expect(offer.keyings.map(({ tag }) => tag)).toEqual([1, 2, 3, 4]);
  });

  test.each([true, false])("of ours is read again, as SRTP only: %s", (isSrtpOnly) => {
    const keyings = [{ tag: 1, suite, masterKey: new Secret(key) }] as const;

    const text = writeOffer(local, {
      codecs: ["pcmu"],
      direction: "sendrecv",
      keyings,
      isSrtpOnly,
    });

    expect(parseSdp(text, "required")).toMatchObject({
      keyings,
      profile: isSrtpOnly ? "RTP/SAVP" : "RTP/AVP",
    });
  });
});

/** What of an offer's numbers no socket and no RTP header could carry. */
function faultsOf(offer: AudioOffer): readonly string[] {
  const isWhole = (value: number, from: number, to: number): boolean =>
    Number.isInteger(value) && value >= from && value <= to;
  const payloadTypes = offer.codecs.map(({ payloadType }) => payloadType);
  return [
    ...(isWhole(offer.port, 1, 65_535) ? [] : ["port"]),
    ...(isWhole(offer.rtcpPort, 1, 65_535) ? [] : ["rtcpPort"]),
    ...(typeof offer.ptimeMs === "number" && offer.ptimeMs > 0 ? [] : ["ptimeMs"]),
    ...(isWhole(offer.telephoneEventPayloadType ?? 0, 0, 127) ? [] : ["telephoneEvent"]),
    ...(payloadTypes.every((each) => isWhole(each, 0, 127)) ? [] : ["codecs"]),
  ];
}

function pcmuAs(payloadType: number): readonly string[] {
  return [`a=rtpmap:${String(payloadType)} PCMU/8000`];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function sdp(parts: {
  payloads?: string;
  lines?: readonly string[];
  address?: string;
  port?: string;
  type?: string;
  protocol?: string;
  media?: boolean;
  connection?: boolean;
}): string {
  const { payloads = "0", lines = [], address = "127.0.0.1", port = "40000" } = parts;
  const { type = "audio", protocol = "RTP/AVP" } = parts;
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    ...(parts.connection === false ? [] : [`c=IN IP4 ${address}`]),
    "t=0 0",
    ...(parts.media === false ? [] : [`m=${type} ${port} ${protocol} ${payloads}`, ...lines]),
    "",
  ].join("\r\n");
}

function parsed(text: string): AudioOffer {
  const offer = parseSdp(text);
  if (typeof offer === "string") throw new Error(offer);
  return offer;
}
