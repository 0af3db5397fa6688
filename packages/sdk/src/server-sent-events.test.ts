import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readServerSentEvents } from "./server-sent-events.ts";

describe("readServerSentEvents", () => {
  test("reads the data of each event and leaves comments out", async () => {
    const text =
      ": hello\n\nid: 1\nevent: a\ndata: one\n\n: still here\n\ndata: two\ndata:lines\n\ndata: cut off";

    expect(await read([text])).toEqual(["one", "two\nlines"]);
  });

  test("reads the same wherever the stream is cut, within a character too", async () => {
    const bytes = new TextEncoder().encode("data: Grüße 👋\n\ndata: two\r\n\r\n");

    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 5 }), async (cuts) => {
        const at = [0, ...cuts, bytes.length].sort((one, other) => one - other);
        const pieces = at.slice(1).map((end, index) => bytes.slice(at[index], end));

        expect(await readBytes(pieces)).toEqual(["Grüße 👋", "two"]);
      }),
    );
  });
});

function read(texts: readonly string[]): Promise<readonly string[]> {
  return readBytes(texts.map((text) => new TextEncoder().encode(text)));
}

async function readBytes(pieces: readonly Uint8Array[]): Promise<readonly string[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const read: string[] = [];
  for await (const data of readServerSentEvents(body, () => undefined)) read.push(data);
  return read;
}
