import { seededRandom } from "@agentcall/base";
import type { SrtpPolicy } from "@agentcall/media";
import { describe, expect, test } from "vitest";
import { aCallTrunk } from "../sip/testing/trunk-plan.ts";
import { CallDescription } from "./call-description.ts";

type Wish = { readonly payloads?: string; readonly direction?: string; readonly port?: number };

function anOffer({
  payloads = "0 8 101",
  direction = "sendrecv",
  port = 4_000,
}: Wish = {}): string {
  return [
    "v=0",
    "o=- 1 1 IN IP4 198.51.100.7",
    "s=-",
    "c=IN IP4 198.51.100.7",
    "t=0 0",
    `m=audio ${String(port)} RTP/AVP ${payloads}`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    ...(payloads.includes("101") ? ["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"] : []),
    "a=ptime:20",
    `a=${direction}`,
    "",
  ].join("\r\n");
}

function described(wish: Wish = {}): CallDescription {
  const read = CallDescription.read(anOffer(wish), "203.0.113.9", seededRandom(1), aCallTrunk);
  if (!(read instanceof CallDescription)) throw new Error(read);
  read.answer("127.0.0.1", 20_000);
  return read;
}

describe("CallDescription", () => {
  test("answers with our port, and knows what was agreed", () => {
    const description = described();

    expect(description.answer("127.0.0.1", 20_000)).toMatch(/^m=audio 20000 RTP\/AVP 0( |\r)/m);
    expect(description.stream).toEqual({
      codec: "pcmu",
      payloadType: 0,
      telephoneEventPayloadType: 101,
      source: { address: "198.51.100.7", port: 4_000, signallingAddress: "203.0.113.9" },
      ptimeMs: 20,
      remoteRtcpPort: 4_001,
      held: false,
      keys: null,
    });
  });

  test("takes the codec that the caller wants most", () => {
    expect(described({ payloads: "8 0" }).codec).toBe("pcma");
  });

  test.each([
    ["no description", "malformed_sdp"],
    [anOffer({ payloads: "18" }), "no_common_codec"],
    [anOffer().replace("m=audio", "m=video"), "no_common_codec"],
  ])("refuses %j for %s", (sdp, cause) => {
    expect(CallDescription.read(sdp, "203.0.113.9", seededRandom(1), aCallTrunk)).toBe(cause);
  });

  test.each([
    ["sendonly", "recvonly"],
    ["inactive", "inactive"],
  ])("a hold with %s is answered with %s, and ends with sendrecv", (direction, answer) => {
    const description = described();

    const held = description.reoffer(anOffer({ direction }));
    const resumed = description.reoffer(anOffer());

    expect([held?.stream.held, resumed?.stream.held]).toEqual([true, false]);
    expect(held?.sdp).toContain(`a=${answer}\r\n`);
    expect(resumed?.sdp).toContain("a=sendrecv\r\n");
  });

  test("the version of our description grows with each answer, its session stays", () => {
    const description = described();

    const origins = [anOffer(), anOffer()].map((sdp) =>
      /^o=\S+ (\d+) (\d+)/m.exec(description.reoffer(sdp)?.sdp ?? ""),
    );

    expect(origins.map((origin) => origin?.[2])).toEqual(["2", "3"]);
    expect(origins[0]?.[1]).toBe(origins[1]?.[1]);
  });

  test("a re-INVITE may move the audio, and bring the other law where it has only that", () => {
    const description = described();

    const moved = description.reoffer(anOffer({ port: 5_000 }));
    const same = description.reoffer(anOffer({ payloads: "8 0" }));
    const changed = description.reoffer(anOffer({ payloads: "8" }));

    expect(moved?.stream.source.port).toBe(5_000);
    expect([same?.stream.codec, changed?.stream.codec]).toEqual(["pcmu", "pcma"]);
    expect([changed?.stream.payloadType, description.codec]).toEqual([8, "pcmu"]);
  });

  test("a re-INVITE without a law of ours, or that is none, is refused", () => {
    const description = described();

    const strange = description.reoffer(anOffer({ payloads: "18" }));

    expect([strange, description.reoffer("no description")]).toEqual([null, null]);
  });

  test("a re-INVITE without an offer is answered with what stands", () => {
    const description = described();

    expect(description.reoffer("")?.stream).toEqual(description.stream);
  });

  test("without an offer from the caller, ours goes out, and what the ACK says counts", () => {
    const read = CallDescription.read("", "203.0.113.9", seededRandom(1), aCallTrunk);
    if (!(read instanceof CallDescription)) throw new Error(read);

    const offer = read.answer("127.0.0.1", 20_000);
    const before = read.stream?.held;
    const agreed = read.confirm(anOffer({ payloads: "0" }));

    expect(offer).toMatch(/^m=audio 20000 RTP\/AVP 0 101\r$/m);
    expect(offer).toContain("a=sendrecv\r\n");
    expect(before).toBe(true); // nobody to send to yet
    expect(agreed).toEqual(read.stream);
    expect(agreed).toMatchObject({
      held: false,
      telephoneEventPayloadType: null,
      source: { address: "198.51.100.7", port: 4_000 },
    });
  });

  test.each([
    ["nothing", ""],
    ["no description", "no description"],
    ["a codec that was not offered", anOffer({ payloads: "8" })],
  ])("an ACK that answers our offer with %s is of no use", (_, sdp) => {
    const read = CallDescription.read("", "203.0.113.9", seededRandom(1), aCallTrunk);
    if (!(read instanceof CallDescription)) throw new Error(read);
    read.answer("127.0.0.1", 20_000);

    expect(read.confirm(sdp)).toBe("unusable");
  });

  test("an ACK settles nothing where the offer was the caller's", () => {
    expect(described().confirm(anOffer({ port: 5_000 }))).toBe("settled");
  });

  test("a re-INVITE without an offer gets ours, and its ACK moves the audio", () => {
    const description = described();

    const offer = description.reoffer("");
    expect(description.confirm("")).toBe("settled"); // the ACK of the call's first answer
    const agreed = description.confirm(anOffer({ port: 5_000 }));

    expect(offer?.sdp).toMatch(/^o=\S+ \d+ 2 /m);
    expect(agreed).toMatchObject({ source: { port: 5_000 } });
  });

  test.each([
    ["127.0.0.1", false],
    ["::1", true],
  ])("an offer of IPv6 can be met from %s: %s", (address, isMet) => {
    const sdp = anOffer().replaceAll("IP4 198.51.100.7", "IP6 2001:db8::7");
    const read = CallDescription.read(sdp, "203.0.113.9", seededRandom(1), aCallTrunk);

    expect(read instanceof CallDescription && read.isReachableFrom(address)).toBe(isMet);
    expect(described().reoffer(sdp)).toBeNull();
  });
});

describe("a description of a trunk with SRTP", () => {
  const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
  const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`;
  const keyed = anOffer().replace("RTP/AVP", "RTP/SAVP").replace("a=ptime", `${crypto}\r\na=ptime`);
  const read = (sdp: string, srtp: SrtpPolicy): CallDescription | string => {
    const found = CallDescription.read(sdp, "203.0.113.9", seededRandom(1), {
      ...aCallTrunk,
      srtp,
    });
    if (found instanceof CallDescription) found.answer("127.0.0.1", 20_000);
    return found;
  };
  const described = (sdp: string, srtp: SrtpPolicy): CallDescription => {
    const found = read(sdp, srtp);
    if (!(found instanceof CallDescription)) throw new Error(found);
    return found;
  };

  test.each<[string, string, SrtpPolicy, string]>([
    ["plain audio where it must be encrypted", anOffer(), "required", "srtp_required"],
    ["encrypted audio where that is off", keyed, "off", "srtp_off"],
    ["keys that are none", keyed.replace(key, "none"), "offered", "no_common_suite"],
  ])("refuses %s", (_, sdp, srtp, cause) => {
    expect(read(sdp, srtp)).toBe(cause);
  });

  test("agrees on a key of each side, and keeps both over a hold", () => {
    const description = described(keyed, "required");
    const first = description.stream?.keys;
    const held = description.reoffer(keyed.replace("sendrecv", "sendonly"));

    expect(first?.receive.masterKey.reveal()).toBe(key);
    expect(held?.stream.keys).toEqual(first);
    expect(held?.sdp).toContain(`inline:${first?.send.masterKey.reveal() ?? "none"}\r\n`);
  });

  test("goes plain and comes back only under another key of ours", () => {
    const description = described(keyed, "offered");
    const first = description.stream?.keys?.send.masterKey.reveal();

    const plain = description.reoffer(anOffer());
    const again = description.reoffer(keyed);

    expect(plain?.stream.keys).toBeNull();
    expect(again?.stream.keys?.send.masterKey.reveal()).not.toBe(first);
  });

  test("does not go plain where it must be encrypted", () => {
    expect(described(keyed, "required").reoffer(anOffer())).toBeNull();
  });

  test.each<[SrtpPolicy, string]>([
    ["offered", "RTP/AVP"],
    ["required", "RTP/SAVP"],
  ])("that is %s offers keys by itself, over %s", (srtp, profile) => {
    const description = CallDescription.read("", "203.0.113.9", seededRandom(1), {
      ...aCallTrunk,
      srtp,
    });
    if (!(description instanceof CallDescription)) throw new Error(description);
    const ours = description.answer("127.0.0.1", 20_000);
    const plain = anOffer({ payloads: "0" });

    const untaken = description.confirm(keyed.replace("crypto:1", "crypto:3"));
    description.answer("127.0.0.1", 20_000);
    const agreed = description.confirm(keyed);
    description.reoffer("");
    const answeredPlain = description.confirm(plain);

    expect(ours).toMatch(new RegExp(`^m=audio 20000 ${profile} 0 `, "m"));
    expect(ours.match(/^a=crypto:/gm)).toHaveLength(2);
    expect(untaken).toBe("unusable");
    expect(agreed).toMatchObject({ keys: { send: { tag: 1 }, receive: { tag: 1 } } });
    if (srtp === "required") expect(answeredPlain).toBe("unusable");
    else expect(answeredPlain).toMatchObject({ keys: null });
  });
});
