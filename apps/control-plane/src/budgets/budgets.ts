import { AppError, type Clock, type Log } from "@agentcall/base";
import type {
  BudgetSettings,
  BudgetView,
  CallEvent,
  CallId,
  CallUsage,
  InboundConfig,
  NumberId,
} from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { EventStream } from "../events/event-stream.ts";
import { hasTrialLeft } from "../license/entitlement.ts";
import type { Licensing } from "../license/licensing.ts";
import type { NumberStore, RegisteredNumber } from "../numbers/number-store.ts";
import type { Database } from "../sqlite/database.ts";
import { type Budget, type BudgetLevel, levelOf } from "./budget.ts";
import {
  bookedMicros,
  budgetSettings,
  isLevelNoted,
  noteLevel,
  putBudgetSettings,
  recountMonth,
  usedUpNumbers,
} from "./budget-store.ts";
import { LiveUse } from "./live-use.ts";
import { isTimezone, monthIn } from "./zoned-month.ts";

export type BudgetsOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly numbers: NumberStore;
  readonly licensing: Licensing;
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly log: Log;
};

const noNumber = ""; // in place of a number's id, where a budget is of all of them

/**
 * Monthly budgets of numbers and of the appliance, and the free plan's minutes: how much of each is
 * used at this moment, calls in progress included, and who is told of it, once a month for each level.
 */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #live = new LiveUse();

  constructor(options: BudgetsOptions) {
    this.#options = options;
  }

  /** The budgets that a call of this number would be charged to. */
  async of(number: Pick<RegisteredNumber, "id" | "inbound">): Promise<readonly Budget[]> {
    const { db } = this.#options;
    const settings = await budgetSettings(db);
    const trial = await this.#trial();
    const own = await this.#ownOf(number.id, number.inbound, settings);
    const shared = await this.#sharedOf(settings);
    return [trial, own, shared].filter((budget) => budget !== null);
  }

  /** A call in progress has told how far it has come. Never rejects. */
  async heard(callId: CallId, usage: CallUsage): Promise<void> {
    this.#live.heard(callId, usage);
    await this.#look(usage.numberId);
  }

  /** These are booked. Never rejects. */
  async booked(events: readonly CallEvent[]): Promise<void> {
    const numberIds = new Set<NumberId>();
    for (const event of events) {
      if (event.kind !== "call.usage" && event.kind !== "call.ended") continue;
      this.#live.booked(event.callId);
      if (event.usage !== undefined) numberIds.add(event.usage.numberId);
    }
    for (const numberId of numberIds) await this.#look(numberId);
  }

  /** What of this month's budgets is used up: the ids of numbers, and the names of the others. */
  async usedUp(): Promise<readonly string[]> {
    const { db } = this.#options;
    const settings = await budgetSettings(db);
    const others = [await this.#trial(), await this.#sharedOf(settings)];
    const scopes = others.flatMap((budget) =>
      budget !== null && levelOf(budget) === 100 ? [budget.scope] : [],
    );
    return [...(await usedUpNumbers(db, this.#month(settings))), ...scopes];
  }

  async view(): Promise<BudgetView> {
    const settings = await budgetSettings(this.#options.db);
    const month = this.#month(settings);
    return { ...settings, month, usedMicros: await this.#usedMicros(settings, null) };
  }

  /** Throws `validation_failed` for a time zone that is none. */
  async configure(after: BudgetSettings, actor: Actor): Promise<BudgetView> {
    const { db, audit, clock } = this.#options;
    if (!isTimezone(after.timezone)) {
      throw new AppError("validation_failed", "The time zone is not known.", {
        details: { fields: { timezone: "must be a name such as Europe/Berlin" } },
      });
    }
    await db.tx(async (writer) => {
      const before = await budgetSettings(writer);
      await putBudgetSettings(writer, after);
      if (after.timezone !== before.timezone) {
        await recountMonth(writer, after.timezone, clock.nowMs());
      }
      await audit.append(writer, actor, "budget.configured", "budget", { before, after });
    });
    return this.view();
  }

  async #trial(): Promise<Budget | null> {
    const trial = await this.#options.licensing.trial();
    if (trial === null) return null;
    const { includedMs, usedMs } = trial;
    // What is left is too little to say anything in: it counts as used.
    const used = hasTrialLeft(includedMs - usedMs) ? usedMs : Math.max(usedMs, includedMs);
    return { scope: "trial", used, limit: includedMs, rule: "stop" };
  }

  async #ownOf(
    numberId: NumberId,
    inbound: InboundConfig | null,
    settings: BudgetSettings,
  ): Promise<Budget | null> {
    const { monthlyBudgetMicros: limit, whenBudgetUsed: rule } = inbound?.limits ?? noLimits;
    if (limit === null) return null;
    return { scope: "number", used: await this.#usedMicros(settings, numberId), limit, rule };
  }

  async #sharedOf(settings: BudgetSettings): Promise<Budget | null> {
    const { monthlyBudgetMicros: limit, whenBudgetUsed: rule } = settings;
    if (limit === null) return null;
    return { scope: "appliance", used: await this.#usedMicros(settings, null), limit, rule };
  }

  async #usedMicros(settings: BudgetSettings, numberId: NumberId | null): Promise<number> {
    const month = this.#month(settings);
    const isOfMonth = (answeredAtMs: number): boolean =>
      monthIn(settings.timezone, answeredAtMs) === month;
    const booked = await bookedMicros(this.#options.db, month, numberId);
    return booked + this.#live.micros(numberId, isOfMonth);
  }

  #month({ timezone }: BudgetSettings): string {
    return monthIn(timezone, this.#options.clock.nowMs());
  }

  /** Whether a budget of this number has come to a level that nobody was told of. */
  async #look(numberId: NumberId): Promise<void> {
    const { db, numbers, log } = this.#options;
    try {
      const number = await numbers.byId(numberId).catch(() => ({ id: numberId, inbound: null }));
      const month = this.#month(await budgetSettings(db));
      for (const budget of await this.of(number)) {
        const owner = budget.scope === "number" ? numberId : noNumber;
        for (const level of levelsUpTo(levelOf(budget))) {
          await this.#tell(month, budget, owner, level);
        }
      }
    } catch (error) {
      // The next heartbeat looks again.
      log.error({ numberId, err: error }, "a budget could not be looked at");
    }
  }

  async #tell(month: string, budget: Budget, owner: string, level: BudgetLevel): Promise<void> {
    const { db, stream, clock, log } = this.#options;
    if (await isLevelNoted(db, month, budget, owner, level)) return;
    await db.tx(async (writer) => {
      if (!(await noteLevel(writer, month, budget, owner, level, clock.nowMs()))) return;
      const { scope, used, limit, rule } = budget;
      const numberId = owner === noNumber ? null : owner;
      writer.afterCommit(() => {
        const told = { scope, numberId, month, level, used, limit, rule };
        stream.publish("usage.budget", told);
        log.warn(told, "a monthly budget has come to a level");
      });
    });
  }
}

const noLimits = { monthlyBudgetMicros: null, whenBudgetUsed: "stop" } as const;

function levelsUpTo(level: BudgetLevel): readonly BudgetLevel[] {
  if (level === 0) return [];
  return level === 80 ? [80] : [80, 100];
}
