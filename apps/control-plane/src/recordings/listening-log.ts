import type { Clock } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";

type ListeningLogOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
};

const sameListeningMs = 10 * 60_000; // a player asks for ranges as it plays: together they are one listening
const rememberedMax = 1_000; // the oldest is forgotten, and would be written once more

/** Writes down who listens to which recording, before the first byte of it goes out. */
export class ListeningLog {
  readonly #options: ListeningLogOptions;
  /** Since when, oldest first. */
  readonly #listening = new Map<string, number>();

  constructor(options: ListeningLogOptions) {
    this.#options = options;
  }

  async note(actor: Actor, callId: CallId): Promise<void> {
    const { db, audit, clock } = this.#options;
    const key = `${actor.id} ${callId}`;
    const nowMs = clock.monotonicMs();
    const sinceMs = this.#listening.get(key);
    if (sinceMs !== undefined && nowMs - sinceMs < sameListeningMs) return;
    await db.tx((writer) => audit.append(writer, actor, "recording.listened", callId));
    this.#listening.delete(key);
    this.#listening.set(key, nowMs);
    const [oldest] = this.#listening.keys();
    if (this.#listening.size > rememberedMax && oldest !== undefined) {
      this.#listening.delete(oldest);
    }
  }
}
