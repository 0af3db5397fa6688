import { readFileSync } from "node:fs";
import type { Clock } from "@agentcall/base";
import { type SystemView, trunksMax } from "@agentcall/contract";
import { z } from "zod";
import type { Budgets } from "../budgets/budgets.ts";
import { keyHealth } from "../byok/key-health.ts";
import { timeText } from "../calls/call-view.ts";
import type { ConnectedGateway } from "../control/control-server.ts";
import type { ExportStore } from "../exports/export-store.ts";
import type { Licensing } from "../license/licensing.ts";
import type { Database } from "../sqlite/database.ts";
import type { TrunkDesk } from "../trunks/trunk-desk.ts";
import type { TrunkStore } from "../trunks/trunk-store.ts";
import { type Condition } from "./alert.ts";
import { conditionsOf, type SystemFacts } from "./conditions.ts";
import { diskState } from "./disk.ts";

export type SystemStateOptions = {
  readonly db: Database;
  readonly dataDir: string;
  readonly licensing: Licensing;
  readonly budgets: Pick<Budgets, "usedUp">;
  readonly exports: ExportStore;
  readonly trunks: TrunkStore;
  readonly trunkDesk: TrunkDesk;
  readonly gateways: () => readonly ConnectedGateway[];
  readonly isVaultSealed: () => boolean;
  /** Null where the API is served on this machine only. */
  readonly certificateEndsAtMs: () => number | null;
  readonly clock: Clock;
};

/** What the appliance knows of itself at a moment. */
export class SystemState {
  readonly #options: SystemStateOptions;
  readonly #startedAtMs: number;
  readonly #startedMs: number;

  constructor(options: SystemStateOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.nowMs();
    this.#startedMs = options.clock.monotonicMs();
  }

  /** What of it somebody has to look after. */
  readonly conditions = async (): Promise<readonly Condition[]> =>
    conditionsOf(await this.#facts(), this.#options.clock.nowMs());

  async view(): Promise<Omit<SystemView, "alerts">> {
    const { db, clock, licensing, exports, certificateEndsAtMs } = this.#options;
    const { plan, state, license } = licensing.entitlement();
    const { jobsParked, disk, isVaultSealed } = await this.#facts();
    const certificateMs = certificateEndsAtMs();
    const exported = await exports.state();
    return {
      applianceId: licensing.applianceId,
      versions: {
        appliance: applianceVersion,
        node: process.versions.node,
        sqlite: await textOf(db, "SELECT sqlite_version() AS value"),
      },
      now: timeText(clock.nowMs()),
      startedAt: timeText(this.#startedAtMs),
      uptimeSecs: Math.floor((clock.monotonicMs() - this.#startedMs) / 1_000),
      license: { plan, state, validUntil: license?.validUntil ?? null },
      gateways: this.#options.gateways().map(({ gatewayId, connectedAtMs, pendingEvents }) => ({
        id: gatewayId,
        connectedAt: timeText(connectedAtMs),
        pendingEvents,
      })),
      vault: isVaultSealed ? "sealed" : "open",
      database: {
        bytes: await numberOf(
          db,
          "SELECT page_count * page_size AS value FROM pragma_page_count(), pragma_page_size()",
        ),
      },
      disk: { totalBytes: disk.totalBytes, freeBytes: disk.freeBytes },
      jobs: { parked: jobsParked },
      export: {
        ...(await this.#backlog(exported.watermark)),
        failingSince: exported.failingSinceMs === null ? null : timeText(exported.failingSinceMs),
      },
      certificate: certificateMs === null ? null : { validUntil: timeText(certificateMs) },
    };
  }

  async #facts(): Promise<SystemFacts> {
    const { db, dataDir, licensing, budgets, gateways, isVaultSealed } = this.#options;
    const { state, license } = licensing.entitlement();
    const { isWriteRefused, ...disk } = await diskState(db, dataDir);
    return {
      export: await this.#export(),
      gateways: gateways(),
      disk,
      isWriteRefused,
      isVaultSealed: isVaultSealed(),
      failingKeys: await this.#failingKeys(),
      certificateEndsAtMs: this.#options.certificateEndsAtMs(),
      license: { state, endsAtMs: license === null ? null : Date.parse(license.validUntil) },
      trunksDown: await this.#trunksDown(),
      jobsParked: await numberOf(db, "SELECT count(*) AS value FROM job WHERE state = 'parked'"),
      budgetsUsed: await budgets.usedUp(),
      startedAtMs: this.#startedAtMs,
    };
  }

  async #export(): Promise<SystemFacts["export"]> {
    const { exports } = this.#options;
    const { forked, failingSinceMs } = await exports.state();
    const { next } = await exports.position(true);
    return { forked, failingSinceMs, parked: next?.state.kind === "parked" };
  }

  async #failingKeys(): Promise<readonly string[]> {
    const health = await keyHealth(this.#options.db);
    return health
      .filter(
        ({ lastErrorReason, unreadableNumberIds }) =>
          lastErrorReason !== null || unreadableNumberIds.length > 0,
      )
      .map(({ fingerprint }) => fingerprint);
  }

  async #trunksDown(): Promise<SystemFacts["trunksDown"]> {
    const { trunks, trunkDesk } = this.#options;
    const all = await trunks.list(trunksMax, null);
    return all.flatMap((trunk) => {
      const { state, since } = trunkDesk.statusOf(trunk);
      return state === "down" && since !== null
        ? [{ id: trunk.id, sinceMs: Date.parse(since) }]
        : [];
    });
  }

  /** How many entries billing has not acknowledged, and for how long the oldest has waited. */
  async #backlog(
    watermark: number,
  ): Promise<{ readonly backlog: number; readonly lagSecs: number }> {
    const { db, clock } = this.#options;
    const row = await db.get(
      `SELECT (SELECT coalesce(max(sequence), 0) FROM ledger_entry) AS last,
         (SELECT recorded_at_ms FROM ledger_entry WHERE sequence = ?) AS oldest_at_ms`,
      watermark + 1,
    );
    const oldestAtMs = row?.["oldest_at_ms"];
    const lagMs = typeof oldestAtMs === "number" ? clock.nowMs() - oldestAtMs : 0;
    return {
      backlog: Math.max(0, Number(row?.["last"]) - watermark),
      lagSecs: Math.max(0, Math.floor(lagMs / 1_000)),
    };
  }
}

const packageFile = new URL("../../package.json", import.meta.url);
const applianceVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(packageFile, "utf8"))).version;

async function numberOf(db: Database, sql: string): Promise<number> {
  return Number((await db.get(sql))?.["value"]);
}

async function textOf(db: Database, sql: string): Promise<string> {
  return String((await db.get(sql))?.["value"]);
}
