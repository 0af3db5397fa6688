import { seededRandom } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { TrunkPlan } from "@agentcall/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { Registration, type RegistrationResult } from "./registration.ts";
import { answered, ScriptedRequests } from "./testing/scripted-requests.ts";
import { aTrunkPlan } from "./testing/trunk-plan.ts";
import type { SipAnswer } from "./sip-request.ts";

const target = { address: "192.0.2.1", port: 5_060, transport: "udp" } as const;
const challenge = { "WWW-Authenticate": 'Digest realm="carrier", nonce="n1", qop="auth"' };

let carrier: ScriptedRequests;
let clock: TestClock;

beforeEach(() => {
  carrier = new ScriptedRequests();
  clock = new TestClock();
});

describe("Registration", () => {
  test("names the user, our address and how long, and goes to the server whatever the domain", async () => {
    carrier.answer = () => answered(200);

    await aRegistration().refresh(target);

    expect(carrier.sent[0]).toMatchObject({
      method: "REGISTER",
      uri: "sip:sip.carrier.example",
      route: "sip:192.0.2.1:5060;transport=udp",
      headers: {
        To: "<sip:alice@sip.carrier.example>",
        Contact: "<sip:alice@203.0.113.5:5060>;expires=600",
        Expires: "600",
        CSeq: "1 REGISTER",
      },
    });
  });

  test.each([
    ["its Contact", { Contact: "<sip:alice@203.0.113.5>;expires=60", Expires: "900" }, 48_000],
    ["Expires", { Expires: "100" }, 80_000],
    ["nothing", {}, 480_000],
    ["more than was asked", { Expires: "99999" }, 480_000],
    ["no time at all", { Expires: "0" }, 1_600],
  ])("comes again after four fifths of what was granted by %s", async (_, headers, nextInMs) => {
    carrier.answer = () => answered(200, headers);

    expect((await aRegistration().refresh(target)).nextInMs).toBe(nextInMs);
  });

  test.each([
    [401, "WWW-Authenticate", "Authorization"],
    [407, "Proxy-Authenticate", "Proxy-Authorization"],
  ])("answers a %i, and a nonce that went stale once more", async (status, asks, answers) => {
    carrier.answer = ({ headers }) => {
      const given = headers[answers] ?? "";
      if (given.includes('nonce="n2"')) return answered(200);
      const nonce = given === "" ? "n1" : "n2";
      const text = `Digest realm="carrier", nonce="${nonce}", qop="auth", stale=true`;
      return answered(status, { [asks]: text });
    };

    const { report } = await aRegistration().refresh(target);

    expect(report.state).toBe("registered");
    expect(carrier.sent).toHaveLength(3);
  });

  test("asks for longer where the carrier says that it was too brief", async () => {
    carrier.answer = ({ headers }) =>
      headers["Expires"] === "1800" ? answered(200) : answered(423, { "Min-Expires": "1800" });

    expect((await aRegistration().refresh(target)).report.state).toBe("registered");
  });

  test.each<[string, SipAnswer, string, boolean]>([
    ["403", answered(403), "The carrier answered 403 to REGISTER: user name or password.", false],
    [
      "401 again",
      answered(401, challenge),
      "The carrier answered 401 to REGISTER: user name or password.",
      false,
    ],
    [
      "401 without a challenge that we know",
      answered(401),
      "The carrier answered 401 to REGISTER: user name or password.",
      false,
    ],
    [
      "404",
      answered(404),
      "The carrier answered 404 to REGISTER: it does not know this user name, or not in this domain.",
      false,
    ],
    [
      "423 without a time",
      answered(423),
      "The carrier answered 423 to REGISTER: it wants registrations that last longer.",
      false,
    ],
    [
      "503",
      answered(503),
      "The carrier answered 503 to REGISTER: it has trouble of its own.",
      true,
    ],
    ["nothing", { kind: "unanswered" }, "Nobody answered REGISTER at 192.0.2.1:5060.", true],
    [
      "no way out",
      { kind: "unsent", reason: "drachtio is not connected" },
      "REGISTER could not be sent: drachtio is not connected.",
      false,
    ],
  ])(
    "tells %s in plain words, and whether another server may do better",
    async (_, said, words, other) => {
      carrier.answer = () => said;

      const result = await aRegistration().refresh(target);

      expect(result).toMatchObject({
        report: { state: "failed" },
        message: words,
        tryNextServer: other,
      });
    },
  );

  test("knocks ever more rarely, and rarest with a password that is refused", async () => {
    carrier.answer = () => answered(403);
    const refused = await repeated(aRegistration(), 12);
    carrier.answer = () => ({ kind: "unanswered" });
    const unanswered = await repeated(aRegistration(), 12);

    expect(refused.at(-1)?.nextInMs).toBeGreaterThan(unanswered.at(-1)?.nextInMs ?? 0);
    expect(Math.max(...refused.map(({ nextInMs }) => nextInMs))).toBeLessThanOrEqual(900_000);
  });

  test("is taken back by one that lasts no time", async () => {
    carrier.answer = () => answered(200);

    await aRegistration().remove(target);

    expect(carrier.sent[0]?.headers).toMatchObject({ Expires: "0" });
  });

  test("sends nothing while drachtio is not there to say our address", async () => {
    const { report } = await aRegistration({}, () => null).refresh(target);

    expect([report.state, carrier.sent.length]).toEqual(["failed", 0]);
  });
});

function aRegistration(
  changes: Partial<TrunkPlan> = {},
  ourHostPort: () => string | null = () => "203.0.113.5:5060",
): Registration {
  const plan = aTrunkPlan({
    servers: [{ host: "sip.carrier.example", port: null }],
    credentials: { username: "alice", password: "practice" },
    registration: { expiresSecs: 600, domain: null },
    ...changes,
  });
  const { send } = carrier;
  return new Registration({ plan, send, ourHostPort, clock, random: seededRandom(1) });
}

async function repeated(registration: Registration, times: number): Promise<RegistrationResult[]> {
  const results: RegistrationResult[] = [];
  for (let time = 0; time < times; time += 1) results.push(await registration.refresh(target));
  return results;
}
