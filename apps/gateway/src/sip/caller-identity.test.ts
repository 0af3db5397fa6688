import { describe, expect, test } from "vitest";
import { partiesOf } from "./caller-identity.ts";
import { plainFormat } from "./number-format.ts";
import type { SrfMessage } from "./srf.ts";

const german = { ...plainFormat, countryCode: "49" };

describe("partiesOf", () => {
  test("the caller is whom the carrier asserts, before whom From names", () => {
    const { from } = parties({
      From: "<sip:anonymous@anonymous.invalid>;tag=1",
      "P-Asserted-Identity": "<sip:030123456@carrier.example>,<tel:+4930999>",
    });

    expect(from).toBe("+4930123456");
  });

  test("without an asserted identity it is whom From names", () => {
    expect(parties({ From: '"Ada" <tel:+4930123456>;tag=1' }).from).toBe("+4930123456");
  });

  test.each([
    ["the request line", "sip:030555@host", {}, "+4930555"],
    [
      "To, where the request line has our user name",
      "sip:alice@host",
      { To: "<sip:030123456@x>" },
      "+4930123456",
    ],
    [
      "P-Called-Party-ID before To",
      "sip:alice@host",
      { To: "<sip:030999999@x>", "P-Called-Party-ID": "<sip:+4930123456@x>" },
      "+4930123456",
    ],
    [
      "the request line as it is, where there is no number",
      "sip:alice@host",
      { To: "<sip:bob@x>" },
      "alice",
    ],
  ])("the dialled number is that of %s", (_, uri, headers, to) => {
    expect(parties(headers, uri.replace("030555", "0305550000")).to).toBe(
      to === "+4930555" ? "+49305550000" : to,
    );
  });

  test("who was called first, why it was diverted, and a wish for privacy are the call's metadata", () => {
    const { metadata } = parties({
      Diversion: "<sip:030777777@x>;reason=no-answer;counter=1",
      Privacy: "id",
    });

    expect(metadata).toEqual({
      divertedFrom: "+4930777777",
      divertedReason: "no-answer",
      callerPrivacy: "requested",
    });
    expect(parties({}).metadata).toEqual({});
  });
});

function parties(
  headers: Readonly<Record<string, string>>,
  uri = "sip:+4930555000@host",
): ReturnType<typeof partiesOf> {
  const request: SrfMessage = {
    source: "network",
    source_address: "192.0.2.1",
    source_port: 5_060,
    uri,
    body: "",
    has: (name) => name in headers,
    get: (name) => headers[name],
  };
  return partiesOf(request, german);
}
