import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, delay } from "@agentcall/base";
import { Child } from "./child.ts";
import type { LoadFigures, LoadOrder, LoadReport, ProbeSample, RecordFigures } from "./messages.ts";
import type { SubjectName } from "./options.ts";

export type RunOptions = {
  readonly subject: SubjectName;
  readonly calls: number;
  readonly windowSecs: number;
  readonly profileDir: string | null;
  readonly isRecorded: boolean;
};

export type RunResult = {
  readonly subject: SubjectName;
  readonly calls: number;
  readonly windowSecs: number;
  readonly load: LoadFigures;
  readonly records: RecordFigures;
  readonly cpuUsPerCallSecond: number;
  readonly cpuShare: number;
  /** Null with one call: the first one pays for what all share. */
  readonly mebibytesPerCall: number | null;
  readonly rssMebibytes: number;
  /** What broke; empty when all went as it should. */
  readonly troubles: readonly string[];
};

const startMsMax = 20_000;
const openMsMax = 60_000;
// Connection set-ups are over, and the code is warm: 3 s after the last call had begun the compilers'
// threads still took 25 µs of a call-second of the gateway, and 4 of the smaller bare loop.
const settleMs = 8_000;
const hangUpMsMax = 15_000;
const mebibyte = 1_048_576;

/** One subject with one number of calls, in fresh processes, from start to end. */
export async function run(options: RunOptions, clock: Clock): Promise<RunResult> {
  const dir = await mkdtemp(join(tmpdir(), "agentcall-bench-"));
  const load = new Child(
    {
      program: here("./load.ts"),
      env: options.isRecorded ? { BENCH_RECORD: "1" } : {},
      nodeArguments: [],
    },
    clock,
  );
  let subject: Child | null = null;
  try {
    const listening = await load.next(isReport("listening"), startMsMax);
    const child = await startSubject(options, listening, dir, clock);
    subject = child;
    introduce(load, child);
    await child.next(isReady, startMsMax);
    return await measure(options, load, child, clock);
  } finally {
    await subject?.stop();
    await load.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function measure(
  options: RunOptions,
  load: Child,
  subject: Child,
  clock: Clock,
): Promise<RunResult> {
  const troubles: string[] = [];
  load.onMessage = (message) => {
    if (isReport("broken")(message)) troubles.push(message.what);
    if (isReport("open-call")(message)) subject.send({ order: message });
  };
  const by = options.subject === "bare" ? "order" : "sip";
  const openCalls = async (calls: number): Promise<void> => {
    if (calls > 0) order(load, { kind: "open-calls", calls, by });
    if (calls > 0) await load.next(isReport("calls-open"), openMsMax);
    await delay(clock, settleMs);
  };
  await openCalls(1);
  const alone = await subject.probe("after-gc");
  await openCalls(options.calls - 1);
  order(load, { kind: "begin-window" });
  const first = await subject.probe("now");
  await delay(clock, options.windowSecs * 1_000);
  const last = await subject.probe("now");
  order(load, { kind: "end-window" });
  const { figures } = await load.next(isReport("window"), startMsMax);
  const swept = await subject.probe("after-gc");
  order(load, { kind: "hang-up" });
  const { records } = await load.next(isReport("hung-up"), hangUpMsMax);
  if (subject.hasExited) troubles.push(`the ${options.subject} ended by itself: ${subject.told}`);
  return { ...judge(options, figures, { alone, first, last, swept }), records, troubles };
}

function judge(
  options: RunOptions,
  figures: LoadFigures,
  probes: { alone: ProbeSample; first: ProbeSample; last: ProbeSample; swept: ProbeSample },
): Omit<RunResult, "records" | "troubles"> {
  const { alone, first, last, swept } = probes;
  const wallMs = last.atMs - first.atMs;
  const cpuUs = last.cpuUs - first.cpuUs;
  const moreCalls = options.calls - 1;
  return {
    subject: options.subject,
    calls: options.calls,
    windowSecs: wallMs / 1_000,
    load: figures,
    cpuUsPerCallSecond: cpuUs / (options.calls * (wallMs / 1_000)),
    cpuShare: cpuUs / 1_000 / wallMs,
    mebibytesPerCall:
      moreCalls === 0 ? null : (swept.rssBytes - alone.rssBytes) / mebibyte / moreCalls,
    rssMebibytes: swept.rssBytes / mebibyte,
  };
}

async function startSubject(
  options: RunOptions,
  listening: Extract<LoadReport, { kind: "listening" }>,
  dir: string,
  clock: Clock,
): Promise<Child> {
  const certificateFile = join(dir, "certificate.pem");
  await writeFile(certificateFile, listening.certificatePem);
  const trust = { NODE_EXTRA_CA_CERTS: certificateFile };
  if (options.subject === "bare") {
    const env = { ...trust, AGENTCALL_CONTROL_URL: listening.controlUrl };
    return new Child({ program: here("./bare-loop.ts"), env, nodeArguments: [] }, clock);
  }
  const secretFile = join(dir, "secret");
  await writeFile(secretFile, "practice-secret", { mode: 0o600 });
  const profile =
    options.profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profileDir}`];
  return new Child(
    {
      program: here("../../apps/gateway/src/main.ts"),
      env: {
        ...trust,
        AGENTCALL_DRACHTIO: listening.drachtio,
        AGENTCALL_DRACHTIO_SECRET_FILE: secretFile,
        AGENTCALL_CONTROL_URL: listening.controlUrl,
        AGENTCALL_CONTROL_TOKEN_FILE: secretFile,
        AGENTCALL_GATEWAY_ID: "bench",
        AGENTCALL_SPOOL_DIR: join(dir, "spool"),
        AGENTCALL_RTP_PORTS: "26000-28999",
        AGENTCALL_CALLS_MAX: String(options.calls + 1),
      },
      nodeArguments: profile,
    },
    clock,
  );
}

/** The bare loop tells which ports its calls have; the gateway tells it in its SDP. */
function introduce(load: Child, subject: Child): void {
  subject.onMessage = (message) => {
    if (!("opened" in message)) return;
    const { call, rtpPort } = message.opened as { call: number; rtpPort: number };
    order(load, { kind: "call-opened", call, rtpPort });
  };
}

function order(load: Child, what: LoadOrder): void {
  load.send(what);
}

function isReport<Kind extends LoadReport["kind"]>(
  kind: Kind,
): (message: object) => message is Extract<LoadReport, { kind: Kind }> {
  return (message): message is Extract<LoadReport, { kind: Kind }> =>
    "kind" in message && message.kind === kind;
}

function isReady(message: object): message is { event: "ready" } {
  return "event" in message && message.event === "ready";
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
