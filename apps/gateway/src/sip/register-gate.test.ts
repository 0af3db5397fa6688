import { createHash } from "node:crypto";
import { seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { TrunkPlan, TrunkReport } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answerRegister } from "./register-gate.ts";
import type { RegisterAnswer } from "./registrar.ts";
import type { SrfMessage } from "./srf.ts";
import { StrangerWatch } from "./stranger-watch.ts";
import { aTrunkPlan, newsOf } from "./testing/trunk-plan.ts";
import { TrunkDirectory } from "./trunk-directory.ts";

const digest = { username: "desk", password: "the password" };
const withDigest = aTrunkPlan({ inbound: { addresses: [], fromServers: false, digest } });
const { trunkId } = withDigest;

let clock: TestClock;
let watch: StrangerWatch;
let directory: TrunkDirectory;
let reports: TrunkReport[];

beforeEach(() => {
  clock = new TestClock();
  watch = new StrangerWatch(clock, silentLog);
  reports = [];
  directory = new TrunkDirectory({
    send: () => Promise.resolve({ kind: "unanswered" }),
    ourHostPort: () => null,
    onReport: (_, report) => reports.push(report),
    resolver: {
      srv: () => Promise.reject(new Error("ENOTFOUND")),
      addresses: () => Promise.reject(new Error("ENOTFOUND")),
    },
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
});
afterEach(async () => {
  watch.close();
  await directory.close();
  expect(clock.pendingCount).toBe(0);
});

describe("answerRegister", () => {
  test("registers whoever knows a trunk's password; calls of the trunk go there, and its status says so", async () => {
    tell(withDigest);

    const answer = register();

    expect(answer).toMatchObject({ status: 200 });
    expect((await directory.route(trunkId))?.targets).toEqual([
      { address: "203.0.113.9", port: 61_000, transport: "udp" },
    ]);
    expect(reports.at(-1)).toMatchObject({
      state: "up",
      message: "A telephone or PBX is registered from 203.0.113.9:61000: calls go there.",
    });
  });

  test("forgets it when the password changes, and not when another setting does", async () => {
    tell(withDigest);
    register();

    tell({ ...withDigest, name: "Renamed" });
    const renamed = await directory.route(trunkId);
    tell({
      ...withDigest,
      inbound: { ...withDigest.inbound, digest: { ...digest, password: "x" } },
    });

    expect(renamed?.targets).toHaveLength(1);
    expect(await directory.route(trunkId)).toBeNull();
  });

  test("says that nobody is registered any more when it has expired", () => {
    tell(withDigest);
    register();

    clock.advance(3_600_000);

    expect(reports.at(-1)?.message).toContain("Nobody is registered at the trunk any more");
  });

  test("refuses a wrong password and the same answer twice, and challenges again", () => {
    tell(withDigest);
    const authorization = answerTo(challengeOf(answered(request())), digest.password);

    expect(answered(request({ Authorization: authorization })).status).toBe(200);
    expect(answered(request({ Authorization: authorization })).headers).toMatchObject({
      "WWW-Authenticate": expect.stringContaining("stale=true") as string,
    });
    const guess = answerTo(challengeOf(answered(request())), "a guess");
    expect(answered(request({ Authorization: guess })).status).toBe(403);
  });

  test("refuses a trunk's own address where it has no password", () => {
    tell(aTrunkPlan());

    expect(answered(request()).status).toBe(403);
  });

  test("answers few strangers, none by that setting, and nobody before it knows the trunks", () => {
    const early = answered(request());
    tell(aTrunkPlan());

    const dropped = answerRegister(request(), directory, watch, "drop");
    const answers = Array.from({ length: 30 }, () => ask(request()));

    expect(early).toEqual({ status: 503, headers: { "Retry-After": "5" } });
    expect(dropped).toBeNull();
    expect(answers.filter((answer) => answer !== null)).toHaveLength(19);
  });

  test("challenges few strangers, and lets few of them guess", () => {
    tell(withDigest);
    const guess = answerTo(challengeOf(answered(request())), "a guess");

    const guesses = Array.from({ length: 30 }, () => ask(request({ Authorization: guess })));
    const asks = Array.from({ length: 30 }, () => ask(request()));

    expect(guesses.filter((answer) => answer !== null)).toHaveLength(19);
    expect(asks.filter((answer) => answer !== null)).toHaveLength(0);
  });

  test("does not answer what is malformed", () => {
    tell(withDigest);

    expect(ask(request({ "Call-ID": "" }))).toBeNull();
    expect(watch.counts).toMatchObject({ malformed: 1 });
  });
});

function tell(plan: TrunkPlan): void {
  directory.apply(newsOf([plan], false));
}

function ask(message: SrfMessage): RegisterAnswer | null {
  return answerRegister(message, directory, watch, "refuse");
}

function answered(message: SrfMessage): RegisterAnswer {
  const answer = ask(message);
  if (answer === null) throw new Error("no answer");
  return answer;
}

/** Answers the challenge as a telephone does. */
function register(): RegisterAnswer {
  const authorization = answerTo(challengeOf(answered(request())), digest.password);
  return answered(request({ Authorization: authorization }));
}

function challengeOf({ headers }: RegisterAnswer): string {
  return /nonce="([^"]+)"/.exec(headers["WWW-Authenticate"] ?? "")?.[1] ?? "";
}

function answerTo(nonce: string, password: string): string {
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const secret = md5(`desk:agentcall:${password}`);
  const value = md5(`${secret}:${nonce}:00000001:c:auth:${md5("REGISTER:sip:agentcall")}`);
  return `Digest username="desk", realm="agentcall", nonce="${nonce}", uri="sip:agentcall", response="${value}", qop=auth, nc=00000001, cnonce="c"`;
}

let cseq = 0;

function request(headers: Readonly<Record<string, string>> = {}): SrfMessage {
  cseq += 1;
  const all: Readonly<Record<string, string>> = {
    Via: "SIP/2.0/UDP 192.168.1.20:5070;branch=z9hG4bK1",
    "Call-ID": "of the desk",
    CSeq: `${String(cseq)} REGISTER`,
    Contact: "<sip:desk@192.168.1.20:5070>",
    ...headers,
  };
  return {
    source: "network",
    source_address: "203.0.113.9",
    source_port: 61_000,
    uri: "sip:agentcall",
    body: undefined,
    has: (name) => name in all,
    get: (name) => all[name],
  };
}
