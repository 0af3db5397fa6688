import { describe, expect, test } from "vitest";
import { parseSipMessage } from "./parse-message.ts";
import { readSipFacts } from "./sip-facts.ts";
import { headerValue, headerValues } from "./sip-message.ts";
import { parseSipUri } from "./sip-uri.ts";

// Messages in the manner of RFC 4475, each with the oddity that its section describes. Where the
// RFC wants more leniency than this engine has, the expectation says so.

type Outcome = "taken" | `refused: ${string}` | `fault: ${string}`;

const usual = [
  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-1",
  "From: <sip:caller@example.com>;tag=1",
  "To: <sip:callee@example.com>",
  "Call-ID: torture@example.com",
  "CSeq: 1 OPTIONS",
  "Max-Forwards: 70",
];

describe("torture messages (RFC 4475)", () => {
  test.each<[section: string, what: string, text: string, outcome: Outcome]>([
    [
      "3.1.1.1",
      "a short tortuous INVITE",
      [
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
        "TO :",
        " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        "  ;",
        "  tag = 98asjd8",
        "MaX-fOrWaRdS: 0068",
        "Call-ID: wsinv.ndaksdj@192.0.2.1",
        "cseq: 0009",
        "  INVITE",
        "Via  : SIP  /   2.0",
        " /UDP",
        "    192.0.2.2;branch=390skdjuw",
        "s :",
        "NewFangledHeader:   newfangled value",
        " continued newfangled value",
        "UnknownHeaderWithUnusualValue: ;;,,;;,;",
        "Content-Type: application/sdp",
        "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
        "  branch  =   z9hG4bK9ikj8  ,",
        " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
        " z9hG4bK30239",
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        "      newvalue ;",
        "  secondparam ; q = 0.33",
        "",
        "v=0",
      ].join("\r\n"),
      "taken",
    ],
    [
      "3.1.1.2",
      "every sign that a token may have",
      message(
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
        ["CSeq: 1 OPTIONS", "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~"],
      ),
      "taken",
    ],
    ["3.1.1.3", "an escaped null in a URI", options("sip:null-%00-null@example.com"), "taken"],
    [
      "3.1.1.5",
      "no space before a bracket",
      message("OPTIONS sip:user@example.com SIP/2.0", [
        "From: <sip:caller@example.com>;tag=1",
        "From: caller<sip:caller@example.com>;tag=1",
      ]),
      "taken",
    ],
    [
      "3.1.1.6",
      "long values",
      message("OPTIONS sip:user@example.com SIP/2.0", [
        "Max-Forwards: 70",
        `Max-Forwards: 70\r\nExtension: ${"extended".repeat(500)}`,
      ]),
      "taken",
    ],
    [
      "3.1.1.8",
      "bytes behind the body",
      `${options("sip:user@example.com").replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n")}INVITE`,
      "taken",
    ],
    [
      "3.1.1.9",
      "semicolons in the user part",
      options("sip:user;par=u%40example.net@example.com"),
      "taken",
    ],
    [
      "3.1.1.11",
      "a multipart body",
      options("sip:user@example.com", "--1\r\n\r\n\u0001\r\n--1--"),
      "taken",
    ],
    ["3.1.1.13", "an empty reason phrase", response("SIP/2.0 100 "), "taken"],
    ["3.1.1.13", "no reason phrase at all", response("SIP/2.0 100"), "taken"],
    [
      "3.1.2.1",
      "separators without values",
      message("INVITE sip:user@example.com SIP/2.0", [
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-1",
        "Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
      ]),
      "fault: bad-via",
    ],
    [
      "3.1.2.2",
      "a length beyond the datagram",
      options("sip:user@example.com").replace("\r\n\r\n", "\r\nContent-Length: 9999\r\n\r\n"),
      "refused: body-truncated",
    ],
    [
      "3.1.2.3",
      "a negative length",
      options("sip:user@example.com").replace("\r\n\r\n", "\r\nContent-Length: -999\r\n\r\n"),
      "refused: content-length-malformed",
    ],
    [
      "3.1.2.4",
      "a number beyond all",
      message("OPTIONS sip:user@example.com SIP/2.0", [
        "CSeq: 1 OPTIONS",
        "CSeq: 36893488147419103232 OPTIONS",
      ]),
      "fault: bad-cseq",
    ],
    [
      "3.1.2.6",
      "a quotation that does not end",
      message("OPTIONS sip:user@example.com SIP/2.0", [
        "To: <sip:callee@example.com>",
        'To: "Mr. J. User <sip:j.user@example.com>',
      ]),
      "fault: bad-to",
    ],
    [
      "3.1.2.7",
      "a URI in brackets",
      options("<sip:user@example.com>"),
      "refused: malformed-start-line",
    ],
    [
      "3.1.2.8",
      "white space in the URI",
      options("sip:user@example.com; lr"),
      "refused: malformed-start-line",
    ],
    [
      "3.1.2.9",
      "two spaces in the start line",
      options(" sip:user@example.com"),
      "refused: malformed-start-line",
    ],
    [
      "3.1.2.10",
      "white space behind the start line",
      message("OPTIONS sip:user@example.com SIP/2.0  "),
      "refused: malformed-start-line",
    ],
    [
      "3.1.2.16",
      "another version",
      message("OPTIONS sip:t.watson@example.org SIP/7.0"),
      "refused: wrong-version",
    ],
    [
      "3.1.2.17",
      "a method that is not the one in CSeq",
      message("INVITE sip:user@example.com SIP/2.0"),
      "fault: cseq-method-mismatch",
    ],
    [
      "3.1.2.18",
      "an unknown method that is not the one in CSeq",
      message("NEWMETHOD sip:user@example.com SIP/2.0"),
      "fault: cseq-method-mismatch",
    ],
    [
      "3.1.2.19",
      "a status of four figures",
      response("SIP/2.0 4294967301 better not break"),
      "refused: malformed-start-line",
    ],
    ["3.3.1", "no header at all", "OPTIONS sip:user@example.com SIP/2.0\r\n\r\n", "fault: bad-via"],
    ["3.3.2", "an unknown scheme", options("nobodyKnowsThisScheme:totallyopaquecontent"), "taken"],
    [
      "3.3.8",
      "headers that may stand once, twice",
      message("OPTIONS sip:user@example.com SIP/2.0", [
        "Max-Forwards: 70",
        "Max-Forwards: 70\r\nMax-Forwards: 5",
      ]),
      "refused: header-repeated",
    ],
    [
      "3.3.9",
      "two lengths",
      options("sip:user@example.com").replace("\r\n\r\n", "\r\nContent-Length: 8\r\nl: 4\r\n\r\n") +
        "12345678",
      "refused: header-repeated",
    ],
    [
      "3.3.12",
      "a response with a reason in another script",
      response("SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое"),
      "taken",
    ],
  ])("%s %s", (_section, _what, text, outcome) => {
    expect(outcomeOf(text)).toBe(outcome);
  });

  test("the short tortuous INVITE means what it says", () => {
    const text = message("OPTIONS sip:user@example.com SIP/2.0", [
      "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-1",
      "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239",
    ]);
    const read = parseSipMessage(Buffer.from(text));
    if (read.kind === "refusal") throw new Error(read.reason);

    const facts = readSipFacts(read);

    expect(typeof facts === "string" ? facts : facts.via).toMatchObject({
      transport: "TCP",
      host: "spindle.example.com",
      port: null,
    });
    expect(headerValues(read, "Via")).toHaveLength(1);
    expect(headerValue(read, "Via")).toContain("192.168.255.111");
  });

  test("an escaped user part with semicolons is one user part", () => {
    expect(parseSipUri("sip:user;par=u%40example.net@example.com")).toMatchObject({
      user: "user;par=u%40example.net",
      host: "example.com",
    });
  });
});

/** A request with what every request has; pairs of a line and what stands in its place. */
function message(startLine: string, replaced?: readonly [string, string]): string {
  const lines = usual.map((line) => (line === replaced?.[0] ? replaced[1] : line));
  return [startLine, ...lines, "", ""].join("\r\n");
}

function options(uri: string, body = ""): string {
  return message(`OPTIONS ${uri} SIP/2.0`) + body;
}

function response(statusLine: string): string {
  return message(statusLine);
}

function outcomeOf(text: string): Outcome {
  const read = parseSipMessage(Buffer.from(text));
  if (read.kind === "refusal") return `refused: ${read.reason}`;
  const facts = readSipFacts(read);
  return typeof facts === "string" ? `fault: ${facts}` : "taken";
}
