import { AppError } from "@agentcall/base";
import type { ProviderImport } from "@agentcall/contract";
import type { KeyDay } from "./provider-report.ts";

/** The provider's usage by day and key: each day that was told is there for each key, if with nothing. */
export type ProviderFile = {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly days: readonly KeyDay[];
};

const dayMs = 86_400_000;

/** What is added up for keys that are none of ours. */
export const othersKey = "";

/** Adds up what the provider's pages say. Throws `validation_failed` for buckets that are not days of UTC. */
export function readProviderFile({ keys, pages }: ProviderImport): ProviderFile {
  const keyOf = new Map(keys.map(({ apiKeyId, key }) => [apiKeyId, key]));
  const buckets = pages.flatMap(({ data }) => data);
  if (buckets.length === 0) throw refused("must hold at least one bucket");
  const sums = new Map<string, KeyDay>();
  const add = (day: string, key: string, inputTokens: number, outputTokens: number): void => {
    const sofar = sums.get(`${day} ${key}`) ?? { inputTokens: 0, outputTokens: 0 };
    sums.set(`${day} ${key}`, {
      day,
      key,
      inputTokens: sofar.inputTokens + inputTokens,
      outputTokens: sofar.outputTokens + outputTokens,
    });
  };
  for (const { start_time: startSecs, end_time: endSecs, results } of buckets) {
    const isDay = (startSecs * 1_000) % dayMs === 0 && (endSecs - startSecs) * 1_000 === dayMs;
    if (!isDay || startSecs > lastDaySecs)
      throw refused("must be in buckets of a day: bucket_width=1d");
    const day = new Date(startSecs * 1_000).toISOString().slice(0, 10);
    for (const key of [othersKey, ...keyOf.values()]) add(day, key, 0, 0);
    for (const { api_key_id: apiKeyId, input_tokens, output_tokens } of results) {
      add(day, keyOf.get(apiKeyId ?? "") ?? othersKey, input_tokens, output_tokens);
    }
  }
  return {
    fromMs: Math.min(...buckets.map((bucket) => bucket.start_time)) * 1_000,
    untilMs: Math.max(...buckets.map((bucket) => bucket.end_time)) * 1_000,
    days: [...sums.values()],
  };
}

const lastDaySecs = Date.UTC(9_999, 11, 31) / 1_000;

function refused(problem: string): AppError {
  return new AppError("validation_failed", "This is not the provider's usage by day.", {
    details: { fields: { pages: problem } },
  });
}
