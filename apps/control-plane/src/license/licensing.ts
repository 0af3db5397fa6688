import { AppError, type Clock, type Log } from "@agentcall/base";
import { errorCatalogue } from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";
import {
  type Entitlement,
  entitlementAt,
  freeTalkMsPerMonth,
  type InstalledLicense,
} from "./entitlement.ts";
import { checkLicense, type LicenseKeys, type LicenseRefusal } from "./license-check.ts";
import { trialUseMs } from "./trial-use.ts";

export type LicensingOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly applianceId: string;
  readonly keys: LicenseKeys;
  /** The text of a licence file that the start was given; one that is installed takes its place. */
  readonly given: string | null;
  readonly clock: Clock;
  readonly log: Log;
};

const sentences: Readonly<Record<LicenseRefusal | "expired" | "not_yet_valid", string>> = {
  malformed: "This is not a licence file.",
  signature_invalid: "The licence was not signed by a vendor whom this appliance knows.",
  other_appliance: "The licence was made for another appliance.",
  expired: "The time of this licence is over.",
  not_yet_valid: "The time of this licence has not begun yet.",
};

/** The licence of this appliance, and what it allows at each moment. Without one the plan is `free`. */
export class Licensing {
  readonly #options: LicensingOptions;
  #installed: InstalledLicense | null;

  private constructor(options: LicensingOptions, installed: InstalledLicense | null) {
    this.#options = options;
    this.#installed = installed;
  }

  /**
   * Takes the licence that was installed, else the one that was given. Throws `wrong-setting` for a
   * given one that is not for this appliance; an installed one that no longer counts is logged.
   */
  static async open(options: LicensingOptions): Promise<Licensing> {
    return new Licensing(options, (await readInstalled(options)) ?? readGiven(options));
  }

  get applianceId(): string {
    return this.#options.applianceId;
  }

  entitlement(): Entitlement {
    return entitlementAt(this.#installed, this.#options.clock.nowMs());
  }

  /** Why numbers may not have keys of their own now, or null. */
  byokProblem(): AppError | null {
    if (this.entitlement().plan === "pro") return null;
    return new AppError("plan_limit_byok", errorCatalogue.plan_limit_byok.message);
  }

  /** The talk of this month on the free plan; null on `pro`. */
  async trial(): Promise<{ readonly includedMs: number; readonly usedMs: number } | null> {
    const { db, clock } = this.#options;
    const { freeSinceMs } = this.entitlement();
    if (freeSinceMs === null) return null;
    return {
      includedMs: freeTalkMsPerMonth,
      usedMs: await trialUseMs(db, freeSinceMs, clock.nowMs()),
    };
  }

  /** Puts a licence in place of the former one. Throws `license_invalid` with the reason. */
  async install(given: unknown, actor: Actor): Promise<void> {
    const { db, audit, keys, applianceId, clock, log } = this.#options;
    const check = checkLicense(given, keys, applianceId);
    if (check.kind === "refused") throw refusalOf(check.reason);
    const installed = { license: check.license, installedAtMs: clock.nowMs() };
    const { state } = entitlementAt(installed, installed.installedAtMs);
    if (state === "expired" || state === "not_yet_valid") throw refusalOf(state);
    const before = this.#installed?.license ?? null;
    await db.tx(async (writer) => {
      await writer.run(
        `INSERT INTO license (id, file, installed_at_ms) VALUES (1, ?, ?)
         ON CONFLICT (id) DO UPDATE SET file = excluded.file, installed_at_ms = excluded.installed_at_ms`,
        JSON.stringify(given),
        installed.installedAtMs,
      );
      const { licenseId } = installed.license;
      await audit.append(writer, actor, "license.installed", licenseId, {
        before,
        after: installed.license,
      });
    });
    this.#installed = installed;
    log.info({ licenseId: installed.license.licenseId, state }, "a licence was installed");
  }
}

async function readInstalled(options: LicensingOptions): Promise<InstalledLicense | null> {
  const { db, keys, applianceId, log } = options;
  const row = await db.get("SELECT file, installed_at_ms FROM license");
  if (row === null) return null;
  const check = checkLicense(parseJson(String(row["file"])), keys, applianceId);
  if (check.kind === "genuine") {
    return { license: check.license, installedAtMs: Number(row["installed_at_ms"]) };
  }
  log.warn({ reason: check.reason }, "the installed licence does not count here");
  return null;
}

function readGiven({ given, keys, applianceId, clock }: LicensingOptions): InstalledLicense | null {
  if (given === null) return null;
  const check = checkLicense(parseJson(given), keys, applianceId);
  if (check.kind === "genuine") return { license: check.license, installedAtMs: clock.nowMs() };
  throw new AppError(
    "wrong-setting",
    `AGENTCALL_LICENSE_FILE is wrong: ${sentences[check.reason]}`,
  );
}

function refusalOf(reason: keyof typeof sentences): AppError {
  return new AppError("license_invalid", sentences[reason], { reason });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused as malformed
  }
}
