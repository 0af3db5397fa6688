import type { Log } from "@agentcall/base";
import { pino } from "pino";
import { scrub } from "./scrub.ts";

const levels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof levels)[number];

/** The level that `AGENTCALL_LOG_LEVEL` names, or null where it names none. */
export function parseLogLevel(text: string): LogLevel | null {
  return levels.find((level) => level === text) ?? null;
}

/**
 * The structured log of one process: JSON lines, one for each fact, with `program` in every
 * line. Whatever has the form of a secret is scrubbed from the finished line, wherever in it
 * it stands: redaction by path misses message texts, error properties and nested fields.
 */
export function openLog(
  program: string,
  level: LogLevel,
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  return pino(
    { level, base: { program }, timestamp: pino.stdTimeFunctions.isoTime },
    {
      write: (line: string) => {
        write(scrub(line));
      },
    },
  );
}
