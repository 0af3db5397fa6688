import { seededRandom } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type DigestChallenge,
  authorizationFor,
  digestResponse,
  parseChallenges,
} from "./digest.ts";
import { DigestGuard } from "./digest-guard.ts";

const credentials = { username: "carrier", password: "practice" };
const request = { method: "INVITE", uri: "sip:+14155550100@127.0.0.1" };
const address = "192.0.2.7";

let clock: TestClock;
let guard: DigestGuard;

beforeEach(() => {
  clock = new TestClock();
  guard = new DigestGuard(Buffer.alloc(32, 1), clock, seededRandom(1));
});

describe("DigestGuard", () => {
  test("knows who answers its challenge with the password", () => {
    expect(check(answered())).toEqual({ kind: "known", username: "carrier" });
  });

  test("takes an answer once, and the next counter of the same nonce once more", () => {
    const challenge = challenged();
    const first = answered(challenge);
    const second = withCounter(challenge, "00000002");

    const verdicts = [first, first, second, second, first].map((header) => check(header).kind);

    expect(verdicts).toEqual(["known", "stale", "known", "stale", "stale"]);
  });

  test("a nonce of another gateway with the same key is good, of another key it is not", () => {
    const twin = new DigestGuard(Buffer.alloc(32, 1), clock, seededRandom(2));
    const other = new DigestGuard(Buffer.alloc(32, 2), clock, seededRandom(2));
    const header = answered();

    expect(checkBy(twin, header).kind).toBe("known");
    expect(checkBy(other, header).kind).toBe("stale");
  });

  test.each<[string, () => string, string]>([
    ["a wrong password", () => answered(challenged(), { ...credentials, password: "x" }), "wrong"],
    ["an unknown name", () => answered(challenged(), { ...credentials, username: "x" }), "wrong"],
    ["no counter", () => answered({ ...challenged(), qop: null }), "wrong"],
    ["a nonce of its own", () => answered({ ...challenged(), nonce: "mine" }), "stale"],
    ["another realm", () => answered({ ...challenged(), realm: "x" }), "stale"],
    ["no digest", () => "Basic YTpi", "stale"],
    ["nothing", () => "", "stale"],
  ])("%s is not known", (_, header, kind) => {
    expect(check(header()).kind).toBe(kind);
  });

  test("a nonce that is a minute old, or was given to another address, is stale", () => {
    const header = answered();

    expect(check(header, "192.0.2.8").kind).toBe("stale");
    clock.advance(60_001);
    expect(check(header).kind).toBe("stale");
  });

  test("says in its next challenge that the password was not the trouble", () => {
    expect(guard.challenge(address, true)).toMatch(/, stale=true$/);
    expect(guard.challenge(address, false)).not.toContain("stale");
  });
});

function challenged(): DigestChallenge {
  const [challenge] = parseChallenges(guard.challenge(address, false));
  if (challenge === undefined) throw new Error("no challenge");
  return challenge;
}

function answered(challenge = challenged(), given = credentials): string {
  return authorizationFor(challenge, given, request, "c1");
}

function withCounter(challenge: DigestChallenge, nc: string): string {
  const counted = { nc, cnonce: "c1" };
  const response = digestResponse({ ...challenge, ...credentials, ...request, counted });
  return answered(challenge)
    .replace("nc=00000001", `nc=${nc}`)
    .replace(/response="[^"]*"/, `response="${response}"`);
}

function check(header: string, sourceAddress = address): ReturnType<DigestGuard["check"]> {
  return checkBy(guard, header, sourceAddress);
}

function checkBy(
  by: DigestGuard,
  header: string,
  sourceAddress = address,
): ReturnType<DigestGuard["check"]> {
  const passwordOf = (name: string): string | null =>
    name === credentials.username ? credentials.password : null;
  return by.check({ header, method: "INVITE", sourceAddress, passwordOf });
}
