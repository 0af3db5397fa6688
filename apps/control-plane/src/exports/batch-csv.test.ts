import { aChain, anEntry } from "@agentcall/billing/testing";
import { describe, expect, test } from "vitest";
import { batchCsv, csvText } from "./batch-csv.ts";

describe("the CSV of a batch", () => {
  test("has a header, a line an entry, and numbers that are numbers", () => {
    const [entry] = aChain(1);
    if (entry === undefined) throw new Error("a chain of one has one");

    expect(batchCsv([{ ...entry, keyFingerprint: "01ab", trunkId: "trunk_1" }])).toBe(
      [
        "sequence,entry_id,kind,call_id,segment,number_id,voice_mode,direction,recorded,rate_card,key_fingerprint,trunk_id,booked_at,from_ms,to_ms,billed_ms,amount_micros,corrects_entry_id,reason",
        `1,"${entry.entryId}","final","call_1",0,"num_1","managed","inbound",0,"2026-11","01ab","trunk_1","2026-11-24T12:00:00.000Z",0,60000,60000,400000,"",""`,
        "",
      ].join("\r\n"),
    );
  });

  test("a correction is a negative number, and its words stay words", () => {
    const correction = {
      ...anEntry({ kind: "correction", amountMicros: -400_000, recorded: true }),
      reason: '=HYPERLINK("http://x","pay")',
      correctsEntryId: "ent_1",
      sequence: 2,
      hash: "",
    };

    expect(batchCsv([correction])).toContain(
      `,60000,-400000,"ent_1","'=HYPERLINK(""http://x"",""pay"")"\r\n`,
    );
  });

  test.each([
    ["=1+1", `"'=1+1"`],
    ["+1", `"'+1"`],
    ["-1", `"'-1"`],
    ["@SUM(A1)", `"'@SUM(A1)"`],
    ["\t=1", `"'\t=1"`],
    ["\r=1", `"'\r=1"`],
    ["\n=1", `"'\n=1"`],
    ['say "no"', `"say ""no"""`],
    ["a=1", `"a=1"`],
    ["", `""`],
    ["0123", `"'0123"`],
    ["1e5", `"'1e5"`],
    ["12345678901234567890", `"'12345678901234567890"`],
    ["2026-11", `"2026-11"`],
    ["0123456789abcdef", `"0123456789abcdef"`],
  ])("%j is no formula, and no number", (text, field) => {
    expect(csvText(text)).toBe(field);
  });
});
