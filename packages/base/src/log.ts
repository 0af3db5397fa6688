/** The fields of a log line. Personal data sits under keys that begin with `pii.`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where log lines go. Messages are constant text; values are fields. pino's logger is one of these. */
export type Log = {
  trace(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** The same log with these fields in every line. */
  child(fields: LogFields): Log;
};

/** Keeps nothing. */
export const silentLog: Log = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLog,
};

function ignore(): void {
  // Nothing is kept.
}
