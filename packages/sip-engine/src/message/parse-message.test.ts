import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { splitList } from "./header-params.ts";
import { parseNameAddr, withTag, writeNameAddr } from "./name-addr.ts";
import { parseSipMessage } from "./parse-message.ts";
import { readSipFacts } from "./sip-facts.ts";
import {
  headerValue,
  headerValues,
  listsOption,
  type SipMessage,
  withHeader,
  withoutHeaders,
} from "./sip-message.ts";
import { parseSipUri, writeSipUri } from "./sip-uri.ts";
import { SipStreamReader } from "./stream-reader.ts";
import { writeSipMessage } from "./write-message.ts";

const invite = [
  "INVITE sip:+14155550100@127.0.0.1 SIP/2.0",
  "v: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK-1 , SIP/2.0/TCP 127.0.0.2",
  'f: "A, B" <sip:a@127.0.0.1;user=phone>;tag=1',
  "t: <sip:b@127.0.0.1>",
  "i: call@127.0.0.1",
  "CSEQ:  7   INVITE",
  "subject: folded",
  "  over two lines",
  "supported: timer, 100rel",
  "x-own: as it is",
  "l: 4",
  "",
  "body and more",
].join("\r\n");

describe("a message", () => {
  test("is read with its compact, folded and repeated headers, and its body as long as it says", () => {
    const message = parsed(invite);

    expect(message).toMatchObject({ kind: "request", method: "INVITE" });
    expect(headerValue(message, "Call-ID")).toBe("call@127.0.0.1");
    expect(headerValue(message, "subject")).toBe("folded over two lines");
    expect(message.body.toString()).toBe("body");
    expect(listsOption(message, "Supported", "100rel")).toBe(true);
    expect(readSipFacts(message)).toMatchObject({
      callId: "call@127.0.0.1",
      fromTag: "1",
      toTag: null,
      cseq: { number: 7, method: "INVITE" },
      via: { transport: "UDP", host: "127.0.0.1", port: 5099 },
    });
  });

  test("that was read is written again, with the length of its body", () => {
    const message = parsed(invite);

    const again = parsed(writeSipMessage(message).toString());

    expect(again).toEqual({ ...message, headers: again.headers });
    expect(headerValue(again, "Content-Length")).toBe("4");
  });

  test.each<[string, string, string]>([
    ["line breaks only", "\r\n\r\n", "empty"],
    ["half a header", "INVITE sip:a SIP/2.0\r\nVia: x", "headers-not-ended"],
    ["another version", "INVITE sip:a SIP/3.0\r\n\r\n", "wrong-version"],
    ["HTTP", "GET / HTTP/1.1\r\n\r\n", "malformed-start-line"],
    ["a status beyond all", "SIP/2.0 999 No\r\n\r\n", "malformed-start-line"],
    ["a line without a colon", "OPTIONS sip:a SIP/2.0\r\nno colon\r\n\r\n", "header-malformed"],
    ["a bell", "OPTIONS sip:a SIP/2.0\r\nTo: a\u0007b\r\n\r\n", "control-character"],
    ["two Call-IDs", "OPTIONS sip:a SIP/2.0\r\nCall-ID: a\r\ni: b\r\n\r\n", "header-repeated"],
    ["a length that is none", "OPTIONS sip:a SIP/2.0\r\nl: x\r\n\r\n", "content-length-malformed"],
    ["a body that breaks off", "OPTIONS sip:a SIP/2.0\r\nl: 9\r\n\r\nshort", "body-truncated"],
    ["an endless URI", `OPTIONS sip:${"a".repeat(600)} SIP/2.0\r\n\r\n`, "start-line-too-long"],
    [
      "an endless header",
      `OPTIONS sip:a SIP/2.0\r\nX: ${"a".repeat(9_000)}\r\n\r\n`,
      "headers-too-long",
    ],
    ["101 headers", `OPTIONS sip:a SIP/2.0\r\n${"X-A: 1\r\n".repeat(101)}\r\n`, "too-many-headers"],
    ["an endless body", `OPTIONS sip:a SIP/2.0\r\n\r\n${"a".repeat(13_000)}`, "body-too-long"],
  ])("of %s is refused", (_, text, reason) => {
    expect(parseSipMessage(Buffer.from(text))).toEqual({ kind: "refusal", reason });
  });

  test("that is no UTF-8, or longer than a datagram, is refused", () => {
    const bytes = Buffer.from("OPTIONS sip:a SIP/2.0\r\nSubject: x\r\n\r\n");
    bytes[32] = 0xff;

    expect(parseSipMessage(bytes)).toMatchObject({ reason: "not-utf8" });
    expect(parseSipMessage(Buffer.alloc(70_000))).toMatchObject({ reason: "too-long" });
  });

  test.each([
    ["v: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK-1 , SIP/2.0/TCP 127.0.0.2", "v: ?", "bad-via"],
    [";tag=1", "", "bad-from"],
    ["t: <sip:b@127.0.0.1>", "t: <sip:b", "bad-to"],
    ["i: call@127.0.0.1", "i: a|b", "bad-call-id"],
    ["CSEQ:  7   INVITE", "CSeq: -1 INVITE", "bad-cseq"],
    ["CSEQ:  7   INVITE", "CSeq: 7 BYE", "cseq-method-mismatch"],
  ])("with %j turned into %j has the fault %s", (from, to, fault) => {
    expect(readSipFacts(parsed(invite.replace(from, to)))).toBe(fault);
  });

  test("is looked for in any bytes without ever throwing, by datagram and by stream", () => {
    const random = seededRandom(9);
    for (let count = 0; count < 3_000; count += 1) {
      const bytes = Buffer.from(invite);
      for (let hits = random.below(8); hits > 0; hits -= 1) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      const message = parseSipMessage(bytes);
      if (message.kind !== "refusal") readSipFacts(message);
      expect(() => new SipStreamReader().push(bytes)).not.toThrow();
    }
  });
});

describe("a stream", () => {
  const one = "OPTIONS sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbody";

  test("is cut into its messages, whatever the pieces it comes in", () => {
    const reader = new SipStreamReader();
    const bytes = Buffer.from(`${one}\r\n\r\n${one}${one}`);

    const items = Array.from(bytes, (byte) => reader.push(Uint8Array.of(byte))).flat();

    expect(items.map(({ kind }) => kind)).toEqual(["request", "keep-alive", "request", "request"]);
  });

  test("ends at what is no message, and takes nothing more", () => {
    const reader = new SipStreamReader();

    expect(reader.push(Buffer.from("OPTIONS sip:a SIP/2.0\r\n\r\n"))).toMatchObject([
      { reason: "content-length-missing" },
    ]);
    expect(reader.push(Buffer.from(one))).toEqual([]);
    expect(new SipStreamReader().push(Buffer.from("x".repeat(10_000)))).toMatchObject([
      { reason: "headers-too-long" },
    ]);
  });
});

describe("headers", () => {
  test("are replaced, added and taken away by any spelling of their names", () => {
    const { headers } = parsed(invite);

    expect(headerValue({ headers: withHeader(headers, "subject", "new") }, "s")).toBe("new");
    expect(headerValues({ headers: withHeader(headers, "Reason", "x") }, "reason")).toEqual(["x"]);
    expect(headerValue({ headers: withoutHeaders(headers, "x-own") }, "x-own")).toBeNull();
  });

  test("that hold addresses keep their names, parameters and commas", () => {
    const address = parseNameAddr('"A, \\"B\\"" <sip:a@127.0.0.1;user=phone>;tag=1;x');

    expect(address === null ? "" : writeNameAddr(withTag(address, "2"))).toBe(
      '"A, \\"B\\"" <sip:a@127.0.0.1;user=phone>;tag=2;x',
    );
    expect(parseNameAddr("sip:a@b;tag=1")).toMatchObject({ uri: "sip:a@b" });
    expect(splitList('"a,b" <sip:c,d>, <sip:e>')).toEqual(['"a,b" <sip:c,d>', "<sip:e>"]);
    for (const wrong of ["", "<sip:a", "no scheme", '"open <sip:a>', "<sip:a>;tag=1;tag=2"]) {
      expect(parseNameAddr(wrong)).toBeNull();
    }
  });
});

test.each(["sip:a@127.0.0.1", "sips:127.0.0.1:5061", "sip:+1@[::1]:5060;transport=tcp;lr?x=y"])(
  "the URI %s is written as it was read",
  (text) => {
    const uri = parseSipUri(text);

    expect(uri === null ? null : writeSipUri(uri)).toBe(text);
  },
);

test.each(["tel:+1", "sip:", "sip:a@b:0", "sip:a@b:70000", "sip:a@b;x;x"])(
  "%s is no SIP URI",
  (text) => {
    expect(parseSipUri(text)).toBeNull();
  },
);

test("a value with a line break in it is never written", () => {
  const message = parsed(invite);

  expect(() =>
    writeSipMessage({ ...message, headers: withHeader(message.headers, "X-A", "a\r\nb: c") }),
  ).toThrow("no line break");
});

function parsed(text: string): SipMessage {
  const message = parseSipMessage(Buffer.from(text));
  if (message.kind === "refusal") throw new Error(message.reason);
  return message;
}
