import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { type AudioOffer, parseSdp, writeAnswer, writeOffer } from "./sdp.ts";

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
    ["SRTP only", sdp({ protocol: "RTP/SAVP" }), "no-audio"],
    ["a port of 0", sdp({ port: "0" }), "no-audio"],
    ["G.729 only", sdp({ payloads: "18", lines: ["a=rtpmap:18 G729/8000"] }), "no-common-codec"],
    ["far too much", `v=0\r\n${"a=x\r\n".repeat(5_000)}`, "malformed"],
    ["too many media", sdp({ lines: Array<string>(20).fill("m=audio 9 RTP/AVP 0") }), "malformed"],
  ])("of %s is refused", (_, text, reason) => {
    const outcome = parseSdp(text);
    // What cannot be read at all may be told as no audio: nothing is taken from it either way.
    expect(reason === "malformed" ? [reason, "no-audio"] : [reason]).toContain(outcome);
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
