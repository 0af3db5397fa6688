import { describe, expect, test } from "vitest";
import { BatchBody, linesOfBody } from "./batch-body.ts";
import { eventsHash } from "./batch-events.ts";

describe("BatchBody", () => {
  test.each([
    ["one piece", [['{"a":1}', '{"a":"é"}', '{"a":3}']]],
    ["pieces of one each", [['{"a":1}'], ['{"a":"é"}'], ['{"a":3}']]],
    ["pieces of which some hold nothing", [[], ['{"a":1}', '{"a":"é"}'], [], ['{"a":3}']]],
  ])("is the same array, with the same hash, of %s", (_what, pieces) => {
    const written = new BatchBody();
    for (const lines of pieces) written.add(lines);
    const { body, eventsHash: hash } = written.finish();
    const text = Buffer.from(body).toString("utf8");

    expect(JSON.parse(text)).toEqual([{ a: 1 }, { a: "é" }, { a: 3 }]);
    expect(linesOfBody(text)).toEqual(pieces.flat());
    expect(hash).toBe(eventsHash(pieces.flat()));
  });

  test("of no events is an empty array", () => {
    const { body, eventsHash: hash } = new BatchBody().finish();

    expect(Buffer.from(body).toString("utf8")).toBe("[]");
    expect(hash).toBe(eventsHash([]));
  });
});
