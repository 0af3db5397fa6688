import { describe, expect, test } from "vitest";
import { SourceCheck } from "./source-check.ts";

const agreed = { address: "198.51.100.7", port: 4000, signallingAddress: "203.0.113.9" };

/** Each line is: address port ssrc sequence = verdict. */
function judgements(check: SourceCheck, script: string): readonly string[] {
  const lines = script.trim().split("\n");
  return lines.flatMap((line) => {
    const [said, wanted] = line.trim().split(" = ");
    const [address = "", port, ssrc, sequence] = (said ?? "").split(" ");
    const verdict = check.judge(address, Number(port), Number(ssrc), Number(sequence));
    return verdict === wanted ? [] : [`${line.trim()}, but was ${verdict}`];
  });
}

describe("SourceCheck", () => {
  test("believes the agreed source at its first packet, and then nobody else", () => {
    const check = new SourceCheck(agreed);

    expect(
      judgements(
        check,
        `198.51.100.7 4000 1 10 = latched
         198.51.100.7 4000 1 11 = accepted
         198.51.100.7 4002 1 12 = stranger
         203.0.113.9  4000 1 13 = stranger
         198.51.100.7 4000 2 99 = accepted`.replaceAll(/ {2}/g, " "),
      ),
    ).toEqual([]);
    expect(check.latched).toEqual({ address: "198.51.100.7", port: 4000 });
  });

  test.each(["198.51.100.7", "203.0.113.9"])(
    "believes %s from another port after four packets in sequence",
    (address) => {
      const check = new SourceCheck(agreed);

      expect(
        judgements(
          check,
          `${address} 61000 7 65534 = on-probation
           ${address} 61000 7 65535 = on-probation
           ${address} 61000 7 0 = on-probation
           ${address} 61000 7 1 = latched
           198.51.100.7 4000 1 10 = stranger`,
        ),
      ).toEqual([]);
    },
  );

  test("a gap, another SSRC or another port begins the probation anew", () => {
    const check = new SourceCheck(agreed);

    expect(
      judgements(
        check,
        `203.0.113.9 61000 7 1 = on-probation
         203.0.113.9 61000 7 2 = on-probation
         203.0.113.9 61000 7 3 = on-probation
         203.0.113.9 61000 7 5 = on-probation
         203.0.113.9 61000 8 6 = on-probation
         203.0.113.9 61002 8 7 = on-probation
         198.51.100.7 4000 1 10 = latched`,
      ),
    ).toEqual([]);
  });

  test("an address that nobody named is a stranger's, however regular it is", () => {
    const check = new SourceCheck(agreed);

    const verdicts = [1, 2, 3, 4, 5].map((sequence) => check.judge("192.0.2.1", 4000, 1, sequence));

    expect(new Set(verdicts)).toEqual(new Set(["stranger"]));
    expect(check.latched).toBeNull();
  });

  test("a new description with another port finds the source anew, one with the same does not", () => {
    const check = new SourceCheck(agreed);
    check.judge("198.51.100.7", 4000, 1, 10);

    check.agree({ ...agreed });
    const still = check.judge("198.51.100.7", 5000, 1, 11);
    check.agree({ ...agreed, port: 5000 });
    const moved = check.judge("198.51.100.7", 5000, 1, 12);

    expect([still, moved]).toEqual(["stranger", "latched"]);
  });
});
