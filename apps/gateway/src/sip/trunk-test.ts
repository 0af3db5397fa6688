import { connect } from "node:net";
import type { Clock, Random } from "@agentcall/base";
import type { TrunkPlan, TrunkTestLine } from "@agentcall/contract";
import { askOptions } from "./keep-alive.ts";
import { Registration } from "./registration.ts";
import { type Resolver, resolveServers, type SipTarget, targetText } from "./server-addresses.ts";
import type { SendRequest, SipAnswer } from "./sip-request.ts";

export type TrunkTestPorts = {
  readonly send: SendRequest;
  readonly ourHostPort: (plan: TrunkPlan) => string | null;
  readonly resolver: Resolver;
  /** Takes a pair of RTP ports and gives it back; tells which, or rejects. */
  readonly tryRtpPorts: () => Promise<string>;
  readonly clock: Clock;
  readonly random: Random;
};

type Verdict = TrunkTestLine["verdict"];

const connectMsMax = 4_000;

/** Tries everything that a call through the trunk needs, one line for each (`POST /v1/trunks/:id/test`). */
export async function testTrunk(
  plan: TrunkPlan,
  ports: TrunkTestPorts,
): Promise<readonly TrunkTestLine[]> {
  const lines: TrunkTestLine[] = [];
  const tell = (check: TrunkTestLine["check"], verdict: Verdict, message: string): void => {
    lines.push({ check, verdict, message });
  };
  const targets = await testDns(plan, ports, tell);
  const reachable = await testReachability(plan, targets, tell);
  const answers = await testOptions(reachable, ports, tell);
  await testRegister(plan, reachable[0] ?? null, ports, tell);
  testCodec(plan, answers, tell);
  await testRtpPorts(plan, ports, tell);
  return lines;
}

type Tell = (check: TrunkTestLine["check"], verdict: Verdict, message: string) => void;

async function testDns(
  { servers, outboundProxy, transport }: TrunkPlan,
  { resolver, random }: TrunkTestPorts,
  tell: Tell,
): Promise<readonly SipTarget[]> {
  const asked = outboundProxy === null ? servers : [outboundProxy];
  if (asked.length === 0) {
    tell("dns", "skipped", "The trunk has no server: it only takes calls.");
    return [];
  }
  const { targets, failures } = await resolveServers(asked, transport, resolver, random);
  const found = targets.map(targetText).join(", ");
  if (failures.length > 0) {
    const rest = found === "" ? "" : ` The others are at ${found}.`;
    tell("dns", "failed", `The name ${failures.join(", ")} could not be looked up.${rest}`);
  } else tell("dns", "passed", `The servers are at ${found}.`);
  return targets;
}

/** A TCP connection from this gateway; over UDP only an answer shows that somebody is there. */
async function testReachability(
  { transport }: TrunkPlan,
  targets: readonly SipTarget[],
  tell: Tell,
): Promise<readonly SipTarget[]> {
  if (targets.length === 0) {
    tell("reachability", "skipped", "There is no address to reach.");
    return targets;
  }
  if (transport === "udp") {
    tell("reachability", "skipped", "UDP has no connection to try: see OPTIONS.");
    return targets;
  }
  const reached = await Promise.all(targets.map(takesConnection));
  targets.forEach((target, index) => {
    const isReached = reached[index] === true;
    const server = targetText(target);
    const failure = `${server} takes no TCP connection from the gateway's machine.`;
    const success = `${server} takes TCP connections.`;
    tell("reachability", isReached ? "passed" : "failed", isReached ? success : failure);
  });
  if (transport === "tls") {
    const message =
      "The carrier's certificate is not verified on outbound TLS: drachtio does not do that.";
    tell("reachability", "warning", message);
  }
  return targets.filter((_, index) => reached[index]);
}

function takesConnection({ address, port }: SipTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: connectMsMax });
    const settle = (isReached: boolean): void => {
      socket.destroy();
      resolve(isReached);
    };
    socket.once("connect", () => {
      settle(true);
    });
    for (const event of ["timeout", "error"]) {
      socket.once(event, () => {
        settle(false);
      });
    }
  });
}

async function testOptions(
  targets: readonly SipTarget[],
  { send, random }: TrunkTestPorts,
  tell: Tell,
): Promise<readonly SipAnswer[]> {
  if (targets.length === 0) tell("options", "skipped", "There is no server to ask.");
  const answers: SipAnswer[] = [];
  for (const target of targets) {
    const answer = await askOptions(target, send, random);
    answers.push(answer);
    const server = targetText(target);
    if (answer.kind === "answered") {
      const { status, roundTripMs } = answer;
      const time = `${String(Math.round(roundTripMs))} ms`;
      tell("options", "passed", `${server} answered OPTIONS with ${String(status)} in ${time}.`);
    } else if (answer.kind === "unsent") {
      tell("options", "failed", `OPTIONS could not be sent: ${answer.reason}.`);
    } else tell("options", "failed", `${server} did not answer OPTIONS.`);
  }
  return answers;
}

async function testRegister(
  plan: TrunkPlan,
  target: SipTarget | null,
  ports: TrunkTestPorts,
  tell: Tell,
): Promise<void> {
  if (plan.registration === null) {
    tell("register", "skipped", "The trunk does not register.");
    return;
  }
  if (target === null) {
    tell("register", "failed", "There is no server to register with.");
    return;
  }
  const ourHostPort = (): string | null => ports.ourHostPort(plan);
  const registration = new Registration({ ...ports, plan, ourHostPort });
  const { report, message } = await registration.refresh(target);
  tell("register", report.state === "registered" ? "passed" : "failed", message);
}

/** A carrier may name its codecs in the body of its answer to OPTIONS; most do not. */
function testCodec({ codecs }: TrunkPlan, answers: readonly SipAnswer[], tell: Tell): void {
  const ours = (codecs ?? ["pcmu", "pcma"]).map((codec) => codec.toUpperCase());
  const bodies = answers.flatMap((answer) =>
    answer.kind === "answered" && answer.body !== "" ? [answer.body] : [],
  );
  if (bodies.length === 0) {
    tell("codec", "skipped", `The carrier tells no codecs; the trunk speaks ${ours.join(", ")}.`);
    return;
  }
  const common = ours.filter((codec) => bodies.every((body) => speaks(body, codec)));
  if (common.length > 0) tell("codec", "passed", `Both sides speak ${common.join(", ")}.`);
  else tell("codec", "failed", `The carrier does not name ${ours.join(" or ")}.`);
}

/** By its rtpmap, or by its static payload type (RFC 3551 table 4). */
function speaks(body: string, codec: string): boolean {
  const payloadType = codec === "PCMU" ? "0" : "8";
  const isStatic = new RegExp(`^m=audio \\d+ \\S+(?: \\d+)* ${payloadType}(?: |$)`, "m").test(
    body.replaceAll("\r", ""),
  );
  return isStatic || new RegExp(`^a=rtpmap:\\d+ ${codec}/8000`, "im").test(body);
}

async function testRtpPorts(
  { publicAddress }: TrunkPlan,
  { tryRtpPorts }: TrunkTestPorts,
  tell: Tell,
): Promise<void> {
  try {
    const where = await tryRtpPorts();
    if (publicAddress === null) tell("rtp_ports", "passed", `Audio can be received at ${where}.`);
    else {
      const asked = `whether ${publicAddress} forwards to it cannot be seen from here`;
      tell("rtp_ports", "warning", `Audio can be received at ${where}; ${asked}.`);
    }
  } catch {
    tell("rtp_ports", "failed", "No pair of RTP ports can be had: all are in use.");
  }
}
