import { createHash } from "node:crypto";
import { AppError, type Clock, type Random, type Secret } from "@agentcall/base";
import { parsePairingCode } from "@agentcall/contract";
import { isSameHash } from "../access/api-key.ts";
import type { ApiKeyStore } from "../access/api-key-store.ts";
import { applianceActor } from "../audit/audit-log.ts";

/** Where the pairing of a console stands. A code is not kept over a restart: another is quickly made. */
type PairingState =
  | { readonly kind: "closed" }
  | {
      readonly kind: "open";
      readonly hash: Buffer;
      readonly expiresAtMs: number;
      readonly wrongTries: number;
    }
  | { readonly kind: "locked"; readonly untilMs: number; readonly then: PairingState };

const wrongTriesMax = 3; // a person mistypes once or twice; a program guesses
const lockedMs = 60_000; // at three guesses a minute 40 bits last for ever
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"; // nothing that is mistaken for 0, 1, I, L, O or U
const codeCharCount = 8;
const minuteMs = 60_000;

/** One-time codes by which a console gets its own API key: whoever reads the code may administer. */
export class PairingDesk {
  readonly #apiKeys: ApiKeyStore;
  readonly #clock: Clock;
  readonly #random: Random;
  #state: PairingState = { kind: "closed" };
  /** Wrong codes while none is open. */
  #closedTries = 0;

  constructor(apiKeys: ApiKeyStore, clock: Clock, random: Random) {
    this.#apiKeys = apiKeys;
    this.#clock = clock;
    this.#random = random;
  }

  /** A new code; the former one is worthless from now on. */
  open(validMinutes: number): { code: string; expiresAtMs: number } {
    const code = newCode(this.#random);
    const expiresAtMs = this.#clock.nowMs() + validMinutes * minuteMs;
    const opened = { kind: "open", hash: hashOf(code), expiresAtMs, wrongTries: 0 } as const;
    const state = this.#state;
    this.#state = state.kind === "locked" ? { ...state, then: opened } : opened;
    return { code, expiresAtMs };
  }

  /**
   * The key of the console that shows the code, which is used up by it. Throws
   * `pairing_code_wrong`, and `pairing_locked` for a minute after three wrong ones.
   */
  async claim(code: string, consoleName: string): Promise<{ apiKeyId: string; apiKey: Secret }> {
    const state = this.#unlocked();
    const hash = hashOf(parsePairingCode(code) ?? "");
    const isRight =
      state.kind === "open" &&
      state.expiresAtMs > this.#clock.nowMs() &&
      isSameHash(hash, state.hash);
    if (!isRight) throw this.#wrong(state);
    this.#state = { kind: "closed" };
    // A console that shows a code has no key yet: for the audit it is the appliance that made this one.
    const label = `console: ${consoleName}`;
    const { stored, key } = await this.#apiKeys.create("admin", label, applianceActor);
    return { apiKeyId: stored.id, apiKey: key };
  }

  #unlocked(): Exclude<PairingState, { kind: "locked" }> {
    const state = this.#state;
    if (state.kind !== "locked") return state;
    const leftMs = state.untilMs - this.#clock.nowMs();
    if (leftMs > 0) throw lockedError(Math.ceil(leftMs / 1_000));
    this.#state = state.then;
    return this.#unlocked();
  }

  #wrong(state: Exclude<PairingState, { kind: "locked" }>): AppError {
    // Without an open code the guesses are counted too: an answer does not tell whether one is open.
    const wrongTries = (state.kind === "open" ? state.wrongTries : this.#closedTries) + 1;
    if (state.kind === "open") this.#state = { ...state, wrongTries };
    else this.#closedTries = wrongTries;
    if (wrongTries < wrongTriesMax) {
      return new AppError("pairing_code_wrong", "This code is wrong, used up or too old.");
    }
    this.#closedTries = 0;
    const then = state.kind === "open" ? { ...state, wrongTries: 0 } : state;
    this.#state = { kind: "locked", untilMs: this.#clock.nowMs() + lockedMs, then };
    return lockedError(lockedMs / 1_000);
  }
}

function lockedError(retryAfterSecs: number): AppError {
  return new AppError(
    "pairing_locked",
    `Three wrong codes: try again in ${String(retryAfterSecs)} seconds.`,
    { details: { retryAfterSecs } },
  );
}

function newCode(random: Random): string {
  const chars = Array.from({ length: codeCharCount }, () =>
    codeAlphabet.charAt(random.below(codeAlphabet.length)),
  ).join("");
  return `${chars.slice(0, 4)}-${chars.slice(4)}`;
}

function hashOf(code: string): Buffer {
  return createHash("sha256").update(code).digest();
}
