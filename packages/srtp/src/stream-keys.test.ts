import { Secret, seededRandom } from "@agentcall/base";
import type { SrtpKeying } from "@agentcall/media";
import { describe, expect, test } from "vitest";
import { MediaProtection } from "./media-protection.ts";
import { keysForAnswer, keysOfAnswer, offeredKeyings, type StreamKeys } from "./stream-keys.ts";

const random = seededRandom(1);
const theirs: SrtpKeying = {
  tag: 4,
  suite: "AES_CM_128_HMAC_SHA1_32",
  masterKey: new Secret("A".repeat(40)),
};

describe("an offer of ours", () => {
  test("has a key of its own for each suite", () => {
    const offered = offeredKeyings(random);

    expect(offered.map(({ tag, suite }) => [tag, suite])).toEqual([
      [1, "AES_CM_128_HMAC_SHA1_80"],
      [2, "AES_CM_128_HMAC_SHA1_32"],
    ]);
    expect(new Set(offered.map(({ masterKey }) => masterKey.reveal())).size).toBe(2);
  });

  test("is agreed to by the tag and the suite of the answer", () => {
    const offered = offeredKeyings(random);

    expect(keysOfAnswer(offered, [{ ...theirs, tag: 2 }])?.send).toBe(offered[1]);
    expect(keysOfAnswer(offered, [{ ...theirs, tag: 1 }])).toBeNull();
    expect(keysOfAnswer(offered, [{ ...theirs, tag: 3 }])).toBeNull();
    expect(keysOfAnswer(offered, [])).toBeNull();
  });
});

describe("an answer of ours", () => {
  test("takes the first of their keyings, with a fresh key under its tag", () => {
    const keys = keysForAnswer([theirs, { ...theirs, tag: 5 }], null, random);

    expect(keys).toMatchObject({ send: { tag: 4, suite: theirs.suite }, receive: theirs });
    expect(keys?.send.masterKey.reveal()).not.toBe(theirs.masterKey.reveal());
    expect(keysForAnswer([], null, random)).toBeNull();
  });

  test("keeps our key while the suite stays, and makes another where it does not", () => {
    const first = keysForAnswer([theirs], null, random);
    const same = keysForAnswer([{ ...theirs, tag: 9 }], first, random);
    const other = keysForAnswer([{ ...theirs, suite: "AES_CM_128_HMAC_SHA1_80" }], first, random);

    expect(same?.send).toEqual({ ...first?.send, tag: 9 });
    expect(same?.send.masterKey).toBe(first?.send.masterKey);
    expect(other?.send.masterKey).not.toBe(first?.send.masterKey);
  });
});

describe("MediaProtection", () => {
  const keys: StreamKeys = {
    send: { ...theirs, masterKey: new Secret("B".repeat(40)) },
    receive: theirs,
  };

  test("goes on counting in a direction whose key stays", () => {
    const first = MediaProtection.following(keys, null);
    const rekeyed = { ...keys, receive: { ...theirs, masterKey: new Secret("C".repeat(40)) } };
    const second = MediaProtection.following(rekeyed, first);
    const third = MediaProtection.following(
      { ...rekeyed, send: { ...keys.send, suite: "AES_CM_128_HMAC_SHA1_80" } },
      second,
    );

    expect(second?.sender).toBe(first?.sender);
    expect(second?.receiver).not.toBe(first?.receiver);
    expect(third?.sender).not.toBe(second?.sender);
    expect(third?.receiver).toBe(second?.receiver);
  });

  test("is none where the packets are plain", () => {
    expect(MediaProtection.following(null, MediaProtection.following(keys, null))).toBeNull();
  });
});
