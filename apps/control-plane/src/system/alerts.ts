import { type Clock, every, type Log, type Timer } from "@agentcall/base";
import type { AlertView } from "@agentcall/contract";
import type { EventStream } from "../events/event-stream.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import { type Alert, type Condition, keyOf, storedAlerts, viewOfAlert } from "./alert.ts";
import type { AlertMail } from "./alert-mail.ts";

export type AlertsOptions = {
  readonly db: Database;
  readonly stream: EventStream;
  readonly mail: Pick<AlertMail, "enqueue" | "send">;
  /** All that is wrong at this moment. */
  readonly conditions: () => Promise<readonly Condition[]>;
  readonly clock: Clock;
  readonly log: Log;
};

const lookEveryMs = 30_000; // soon enough for somebody who has to get up and drive

/**
 * What somebody has to look after: raised once when it comes and cleared once when it goes, on the
 * event stream, in the log and by mail. What stands lasts across restarts. A disk that is full is
 * told, too: then it is written down as soon as there is room.
 */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #standing: Map<string, Alert>;
  /** What is not on disk as it is: written with the next look that can. */
  readonly #unwritten = new Map<string, { readonly alert: Alert; readonly isTold: boolean }>();
  #timer: Timer | null = null;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: AlertsOptions, stored: readonly Alert[]) {
    this.#options = options;
    this.#standing = new Map(stored.map((alert) => [keyOf(alert), alert]));
  }

  static async open(options: AlertsOptions): Promise<Alerts> {
    return new Alerts(options, await storedAlerts(options.db));
  }

  /** Looks now, and then every half minute. */
  start(): void {
    void this.look();
    this.#timer = every(this.#options.clock, lookEveryMs, () => {
      void this.look();
    });
  }

  /** The oldest first. */
  get views(): readonly AlertView[] {
    const byAge = [...this.#standing.values()].sort(
      (one, other) => one.raisedAtMs - other.raisedAtMs,
    );
    return byAge.map(viewOfAlert);
  }

  /** Looks once, behind a look that is under way. Never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  /** Waits for a look that is under way. May be called twice. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { conditions, clock, log } = this.#options;
    try {
      const present = new Map((await conditions()).map((each) => [keyOf(each), each]));
      for (const [key, condition] of present) {
        if (!this.#standing.has(key)) this.#raise({ ...condition, raisedAtMs: clock.nowMs() });
      }
      for (const [key, alert] of this.#standing) {
        if (!present.has(key)) this.#clear(alert);
      }
      await this.#write();
    } catch (error) {
      log.error({ err: error }, "the state of the appliance could not be looked at");
    }
  }

  #raise(alert: Alert): void {
    const { stream, log } = this.#options;
    this.#standing.set(keyOf(alert), alert);
    this.#unwritten.set(keyOf(alert), { alert, isTold: false });
    stream.publish("alert.raised", viewOfAlert(alert));
    log.error({ code: alert.code, subject: alert.subject }, "alert raised");
  }

  #clear(alert: Alert): void {
    const { stream, log } = this.#options;
    this.#standing.delete(keyOf(alert));
    this.#unwritten.set(keyOf(alert), { alert, isTold: true });
    stream.publish("alert.cleared", viewOfAlert(alert));
    log.info({ code: alert.code, subject: alert.subject }, "alert cleared");
  }

  /** The alert and the mail about it are written together; where nothing can be written the mail goes at once. */
  async #write(): Promise<void> {
    const { db, mail, log } = this.#options;
    if (this.#unwritten.size === 0) return;
    const changes = [...this.#unwritten];
    try {
      await db.tx(async (writer) => {
        for (const [key, { alert, isTold }] of changes) {
          await put(writer, alert, this.#standing.has(key));
          if (!isTold) await mail.enqueue(writer, alert);
        }
      });
      this.#unwritten.clear();
    } catch (error) {
      log.warn({ err: error }, "alerts could not be written down");
      for (const [key, { alert, isTold }] of changes) {
        if (!isTold && (await mail.send(alert)) === null) {
          this.#unwritten.set(key, { alert, isTold: true });
        }
      }
    }
  }
}

async function put(writer: SqlWriter, alert: Alert, stands: boolean): Promise<void> {
  const { code, subject, raisedAtMs } = alert;
  if (stands) {
    await writer.run(
      "INSERT INTO alert (code, subject, raised_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      code,
      subject,
      raisedAtMs,
    );
  } else {
    await writer.run("DELETE FROM alert WHERE code = ? AND subject = ?", code, subject);
  }
}
