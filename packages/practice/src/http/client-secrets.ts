import { base32, type Clock, type Random } from "@agentcall/base";
import type { PracticeDay } from "../practice-key.ts";

type ClientSecret = {
  readonly value: string;
  readonly day: PracticeDay;
  readonly expiresAtMs: number;
  readonly session: Readonly<Record<string, unknown>> | null;
};

const secretsMax = 1000; // the oldest go first: a test or a demo makes a few

/** The short-lived keys that have been given out. */
export class ClientSecrets {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #secrets = new Map<string, ClientSecret>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  make(day: PracticeDay, lifeSecs: number, session: ClientSecret["session"]): ClientSecret {
    const value = `ek_practice${base32(this.#random.bytes(10))}`;
    const secret = { value, day, expiresAtMs: this.#clock.nowMs() + lifeSecs * 1000, session };
    if (this.#secrets.size >= secretsMax)
      this.#secrets.delete(this.#secrets.keys().next().value ?? "");
    this.#secrets.set(value, secret);
    return secret;
  }

  find(value: string): { readonly secret: ClientSecret; readonly isExpired: boolean } | null {
    const secret = this.#secrets.get(value);
    if (secret === undefined) return null;
    return { secret, isExpired: secret.expiresAtMs <= this.#clock.nowMs() };
  }
}
