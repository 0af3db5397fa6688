import { readFileSync, writeFileSync } from "node:fs";
import { type Clock, systemClock, systemRandom } from "@agentcall/base";
import { endCauseText } from "@agentcall/contract";
import { parseWav, resampleTo8k, soundKind, writeWav } from "@agentcall/media";
import { ApplianceClient } from "./appliance-client.ts";
import { type CallCommand, parseCommand, usage } from "./call-command.ts";
import { type Evaluation, readEvaluation } from "./evaluation.ts";
import { LiveTranscript } from "./live-transcript.ts";
import { Phone } from "./phone.ts";
import type { PhoneCall } from "./phone-call.ts";
import { SpeechWatch } from "./speech-watch.ts";
import { waterfall } from "./waterfall.ts";

// `npm run call`: one call as a caller makes it, told line by line. Its last line is the call's id.

const bundledQuestion = new URL("../assets/question.wav", import.meta.url);
const greetingMsMax = 8_000; // a number need not greet
const answerMsMax = 20_000;
const recordMsMax = 5_000; // the record is written when the gateway has told it
const sampleRateHz = 8_000;

/** Something the user can mend, told in one sentence. */
class CallFailure extends Error {
  readonly exitCode: number;
  constructor(sentence: string, exitCode: number) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : "The call failed."}\n`);
  process.exitCode = error instanceof CallFailure ? error.exitCode : 1;
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2), process.env);
  if (typeof command === "string") throw new CallFailure(`${command}\n\n${usage}`, 2);
  const question = readQuestion(command.wav);
  const evaluation = readEvaluation(command.dataDir);
  const server = command.sip ?? evaluation?.sip;
  if (server === undefined) {
    throw new CallFailure(
      "No appliance runs here: start one with npm start in another terminal.",
      1,
    );
  }
  const clock = systemClock();
  const client =
    evaluation === null ? null : new ApplianceClient(evaluation.http, evaluation.adminKey);
  const transcript = new LiveTranscript(say);
  await client?.listen((message) => {
    transcript.show(message);
  });
  const phone = await Phone.open({
    server,
    transport: command.transport,
    clock,
    random: systemRandom(),
  });
  try {
    await makeCall(phone, command, question, { clock, client, transcript, evaluation });
  } finally {
    client?.close();
    await phone.close();
  }
}

type Around = {
  readonly clock: Clock;
  readonly client: ApplianceClient | null;
  readonly transcript: LiveTranscript;
  readonly evaluation: Evaluation | null;
};

async function makeCall(
  phone: Phone,
  command: CallCommand,
  question: Int16Array,
  around: Around,
): Promise<void> {
  say(`Calling ${command.to} over ${command.transport.toUpperCase()} …`);
  const call = await phone.call({
    to: command.to,
    ...(command.from === null ? {} : { from: command.from }),
  });
  const outcome = await call.outcome;
  around.transcript.callId = call.callId;
  if (outcome.kind === "refused") {
    const record = await endedCall(call, around);
    const plain = record?.hangupCause?.message ?? outcome.reason;
    say(`Refused with ${String(outcome.status)} ${outcome.reason}: ${plain}`);
    if (outcome.retryAfterSecs !== null) say(`Try again in ${String(outcome.retryAfterSecs)} s.`);
    sayId(call);
    throw new CallFailure("The call was not answered.", 1);
  }
  const answerFrom = await converse(call, question, around.clock);
  const answer = await hangUpAndKeep(call, command.out, answerFrom);
  const record = await endedCall(call, around);
  say("");
  say(waterfall(call.times, call.audio.heard?.arrivalsMs[0] ?? null, record?.latency ?? null));
  say("");
  if (record?.hangupCause != null) say(`End: ${endCauseText[record.hangupCause.cause]}`);
  const kind = soundKind(answer);
  say(`Answer: ${kind}, ${(answer.length / sampleRateHz).toFixed(1)} s`);
  sayId(call);
  if (kind !== "speech") throw new CallFailure("No speech came as an answer.", 1);
}

/** Lets the greeting end, asks, and lets the answer end. Answers where in the recording it begins. */
async function converse(call: PhoneCall, question: Int16Array, clock: Clock): Promise<number> {
  const watch = new SpeechWatch(call.audio, clock);
  void call.ended.then(() => {
    watch.end();
  });
  await watch.untilSaid(greetingMsMax);
  await call.audio.play(question);
  const answerFrom = call.audio.heard?.samples.length ?? 0;
  await watch.untilSaid(answerMsMax);
  return answerFrom;
}

async function hangUpAndKeep(
  call: PhoneCall,
  out: string | null,
  answerFrom: number,
): Promise<Int16Array> {
  const heard = call.audio.heard?.samples ?? new Int16Array(0);
  if (!call.isOver) await call.hangUp();
  if (out !== null) {
    writeFileSync(out, writeWav({ sampleRateHz, samples: heard }));
    say("");
    say(`Heard ${(heard.length / sampleRateHz).toFixed(1)} s, written to ${out}`);
  }
  return heard.subarray(answerFrom);
}

/** The call once its record is there. */
async function endedCall(
  call: PhoneCall,
  { client, transcript, clock }: Around,
): ReturnType<ApplianceClient["call"]> {
  if (client === null || call.callId === null) return null;
  await transcript.untilEnded(clock, recordMsMax);
  return client.call(call.callId);
}

function readQuestion(file: string | null): Int16Array {
  const name = file ?? bundledQuestion;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(name);
  } catch {
    throw new CallFailure(`--wav: ${String(name)} cannot be read.`, 2);
  }
  const wav = parseWav(bytes);
  if (typeof wav === "string") {
    throw new CallFailure(`--wav: ${String(name)} is not taken: ${wav.replaceAll("-", " ")}.`, 2);
  }
  return resampleTo8k(wav.samples, wav.sampleRateHz === 16_000 ? 16_000 : 8_000);
}

function sayId(call: PhoneCall): void {
  say(call.callId ?? "(no call id: the call did not reach a gateway)");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
