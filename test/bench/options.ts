import { parseArgs } from "node:util";

export type BenchOptions = {
  /** How many calls at once, one run each. */
  readonly calls: readonly number[];
  readonly windowSecs: number;
  /** Which of the two are run. */
  readonly subjects: readonly SubjectName[];
  /** Where the gateway's CPU profile is written, or null. */
  readonly profileDir: string | null;
};

export type SubjectName = "bare" | "gateway";

const callsMax = 1_000;
const windowSecsMax = 3_600;

export const usage = `npm run bench -- [--calls 1,50] [--seconds 20] [--only bare|gateway] [--profile DIR]
  --calls    calls at once, one run for each number (1 to ${String(callsMax)})
  --seconds  how long each run is measured (8 to ${String(windowSecsMax)}; below 20 there are few answers to judge)
  --only     run one of the two, without the comparison
  --profile  write a CPU profile of the gateway into this folder
`;

/** The options, or one sentence that says what is wrong. */
export function readOptions(words: readonly string[]): BenchOptions | string {
  const parsed = parseWords(words);
  if (parsed === null) return "An option is not known.";
  const calls = (parsed.calls ?? "1,50").split(",").map((text) => wholeNumber(text, 1, callsMax));
  if (calls.includes(null)) return `--calls must be numbers from 1 to ${String(callsMax)}.`;
  const windowSecs = wholeNumber(parsed.seconds ?? "20", 8, windowSecsMax);
  if (windowSecs === null) return `--seconds must be from 8 to ${String(windowSecsMax)}.`;
  const { only } = parsed;
  if (only !== undefined && only !== "bare" && only !== "gateway") {
    return "--only must be bare or gateway.";
  }
  return {
    calls: calls.filter((count) => count !== null),
    windowSecs,
    subjects: only === undefined ? ["bare", "gateway"] : [only],
    profileDir: parsed.profile ?? null,
  };
}

function parseWords(
  words: readonly string[],
): { calls?: string; seconds?: string; only?: string; profile?: string } | null {
  try {
    const text = { type: "string" } as const;
    const options = { calls: text, seconds: text, only: text, profile: text };
    return parseArgs({ args: [...words], options, strict: true }).values;
  } catch {
    return null; // told by the caller, with the usage
  }
}

function wholeNumber(text: string, min: number, max: number): number | null {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}
