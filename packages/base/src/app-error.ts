/**
 * An operating failure (network, disk, peer, caller's input): expected to happen, named by a
 * code of the catalogue in `contract/src/error-codes.ts`, and told to whoever asked.
 */
export class AppError<Code extends string = string> extends Error {
  override readonly name = "AppError";
  readonly code: Code;
  readonly reason: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;

  constructor(
    code: Code,
    message: string,
    more: { reason?: string; details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.code = code;
    this.reason = more.reason ?? null;
    this.details = more.details ?? null;
  }
}
