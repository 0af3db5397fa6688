import { parseArgs } from "node:util";

export type BenchOptions = {
  /** How many calls at once, one run each. */
  readonly calls: readonly number[];
  readonly windowSecs: number;
  /** How often each is run, in turn. */
  readonly rounds: number;
  /** Which of the two are run. */
  readonly subjects: readonly SubjectName[];
  /** Where the gateway's CPU profile is written, or null. */
  readonly profileDir: string | null;
  /** Whether the gateway records the calls. */
  readonly isRecorded: boolean;
};

export type SubjectName = "bare" | "gateway";

const callsMax = 1_000;
const windowSecsMin = 10; // every call is interrupted once in each 8 s
const windowSecsMax = 3_600;
const roundsMax = 20;

export const usage = `npm run bench -- [--calls 1,50] [--seconds 20] [--rounds 1] [--only bare|gateway] [--profile DIR] [--record]
  --calls    calls at once, one run for each number (1 to ${String(callsMax)})
  --seconds  how long each run is measured (${String(windowSecsMin)} to ${String(windowSecsMax)}; below 20 there are few answers to judge)
  --rounds   how often the two are run in turn; the ratio is that of the medians (1 to 20)
  --only     run one of the two, without the comparison
  --profile  write a CPU profile of the gateway into this folder
  --record   have the gateway record its calls
`;

/** The options, or one sentence that says what is wrong. */
export function readOptions(words: readonly string[]): BenchOptions | string {
  const parsed = parseWords(words);
  if (parsed === null) return "An option is not known.";
  const calls = (parsed.calls ?? "1,50").split(",").map((text) => wholeNumber(text, 1, callsMax));
  if (calls.includes(null)) return `--calls must be numbers from 1 to ${String(callsMax)}.`;
  const windowSecs = wholeNumber(parsed.seconds ?? "20", windowSecsMin, windowSecsMax);
  if (windowSecs === null)
    return `--seconds must be from ${String(windowSecsMin)} to ${String(windowSecsMax)}.`;
  const rounds = wholeNumber(parsed.rounds ?? "1", 1, roundsMax);
  if (rounds === null) return `--rounds must be from 1 to ${String(roundsMax)}.`;
  const { only } = parsed;
  if (only !== undefined && only !== "bare" && only !== "gateway") {
    return "--only must be bare or gateway.";
  }
  return {
    calls: calls.filter((count) => count !== null),
    windowSecs,
    rounds,
    subjects: only === undefined ? ["bare", "gateway"] : [only],
    profileDir: parsed.profile ?? null,
    isRecorded: parsed.record ?? false,
  };
}

function parseWords(words: readonly string[]): {
  calls?: string;
  seconds?: string;
  rounds?: string;
  only?: string;
  profile?: string;
  record?: boolean;
} | null {
  try {
    const text = { type: "string" } as const;
    const record = { type: "boolean" } as const;
    const options = { calls: text, seconds: text, rounds: text, only: text, profile: text, record };
    return parseArgs({ args: [...words], options, strict: true }).values;
  } catch {
    return null; // told by the caller, with the usage
  }
}

function wholeNumber(text: string, min: number, max: number): number | null {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}
