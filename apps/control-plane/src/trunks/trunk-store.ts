import { AppError, type Clock, newId, type Random, Secret } from "@agentcall/base";
import {
  ipRangeHolds,
  parseIpRange,
  type TrunkChange,
  type TrunkCreation,
  type TrunkId,
  trunkIdSchema,
  type TrunkPlan,
  type TrunkSettings,
  trunkSettingsSchema,
  trunksMax,
} from "@agentcall/contract";
import { type Actor, applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";
import type { Vault } from "../vault/vault.ts";
import {
  inboundPasswordPurpose,
  outboundPasswordPurpose,
  settingsOf,
  type Trunk,
  trunkProblems,
} from "./trunk.ts";

export type TrunkStoreOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
};

/** Nothing of a password is shown. */
const preview = "…";

const selectTrunk = `SELECT trunk.*, outbound.version AS outbound_version, inbound.version AS inbound_version
  FROM trunk
  LEFT JOIN secret AS outbound ON outbound.purpose = '${outboundPasswordPurpose}' AND outbound.owner_id = trunk.id
  LEFT JOIN secret AS inbound ON inbound.purpose = '${inboundPasswordPurpose}' AND inbound.owner_id = trunk.id`;

type Given = Pick<TrunkCreation, "credentials" | "inbound">;

/** The trunks in the database. Throws `not_found`, `conflict` and `validation_failed`. */
export class TrunkStore {
  readonly #options: TrunkStoreOptions;

  constructor(options: TrunkStoreOptions) {
    this.#options = options;
  }

  async byId(id: string): Promise<Trunk> {
    const trunk = await trunkIn(this.#options.db, id);
    if (trunk === null) throw noSuchTrunk();
    return trunk;
  }

  /** Null where there is none, or one that is switched off. */
  async enabled(id: string): Promise<Trunk | null> {
    const trunk = await trunkIn(this.#options.db, id);
    return trunk?.settings.enabled === true ? trunk : null;
  }

  /** The first that takes calls from this address; null where none does. */
  async byAddress(address: string): Promise<Trunk | null> {
    const trunks = await this.list(trunksMax, null);
    const isFrom = ({ settings: { enabled, inbound } }: Trunk): boolean =>
      enabled &&
      inbound.addresses.some((text) => {
        const range = parseIpRange(text);
        return range !== null && ipRangeHolds(range, address);
      });
    return trunks.find(isFrom) ?? null;
  }

  /** The oldest that is enabled and has a server to send calls to; null where none has. */
  async firstWithServer(): Promise<Trunk | null> {
    const trunks = await this.list(trunksMax, null);
    const hasServer = ({ settings: { enabled, servers, outboundProxy } }: Trunk): boolean =>
      enabled && (servers.length > 0 || outboundProxy !== null);
    return trunks.find(hasServer) ?? null;
  }

  /** Oldest first, after the given one. */
  async list(
    limit: number,
    after: { readonly createdAtMs: number; readonly id: string } | null,
  ): Promise<readonly Trunk[]> {
    const rows = await this.#options.db.all(
      `${selectTrunk} WHERE ?1 IS NULL OR (trunk.created_at_ms, trunk.id) > (?1, ?2)
       ORDER BY trunk.created_at_ms, trunk.id LIMIT ?3`,
      after?.createdAtMs ?? null,
      after?.id ?? null,
      limit,
    );
    return rows.map(trunkOf);
  }

  async create(
    creation: TrunkCreation,
    actor: Actor,
    id: TrunkId = trunkIdSchema.parse(newId("trunk", this.#options.random)),
  ): Promise<Trunk> {
    const { db, audit, clock } = this.#options;
    const nowMs = clock.nowMs();
    const settings = settingsOf(creation);
    await db.tx(async (writer) => {
      const counted = await writer.get("SELECT count(*) AS trunks FROM trunk");
      if (Number(counted?.["trunks"]) >= trunksMax) {
        throw new AppError("conflict", `There are ${String(trunksMax)} trunks, and no more fit.`);
      }
      await writer.run(
        "INSERT INTO trunk (id, name, settings, created_at_ms, updated_at_ms) VALUES (?, ?, ?, ?, ?)",
        id,
        settings.name,
        JSON.stringify(settings),
        nowMs,
        nowMs,
      );
      await this.#sealPasswords(writer, id, creation);
      await checkTrunk(writer, id);
      await audit.append(writer, actor, "trunk.created", id, { after: settings });
    });
    return this.byId(id);
  }

  /** Changes what is named, and leaves the rest. A password that is not named stays. */
  async change(id: string, change: TrunkChange, actor: Actor): Promise<Trunk> {
    const { db, audit, clock } = this.#options;
    await db.tx(async (writer) => {
      const trunk = await trunkIn(writer, id);
      if (trunk === null) throw noSuchTrunk();
      const merged: TrunkCreation = { ...trunk.settings, ...withoutUndefined(change) };
      const settings = settingsOf(merged);
      await writer.run(
        "UPDATE trunk SET name = ?, settings = ?, updated_at_ms = ? WHERE id = ?",
        settings.name,
        JSON.stringify(settings),
        clock.nowMs(),
        id,
      );
      await this.#sealPasswords(writer, trunk.id, merged);
      await checkTrunk(writer, id);
      await audit.append(writer, actor, "trunk.changed", id, {
        before: trunk.settings,
        after: settings,
        passwordGiven: merged.credentials?.password !== undefined,
        inboundPasswordGiven: merged.inbound.digest?.password !== undefined,
      });
    });
    await db.checkpoint(); // a former password is gone from the file as well
    return this.byId(id);
  }

  /** Refuses while numbers belong to it: they would be called through any trunk from then on. */
  async delete(id: string, actor: Actor): Promise<void> {
    const { db, audit } = this.#options;
    await db.tx(async (writer) => {
      const trunk = await trunkIn(writer, id);
      if (trunk === null) throw noSuchTrunk();
      const counted = await writer.get(
        "SELECT count(*) AS numbers FROM number WHERE trunk_id = ?",
        id,
      );
      const numbers = Number(counted?.["numbers"]);
      if (numbers > 0) {
        throw new AppError(
          "conflict",
          `${String(numbers)} numbers belong to this trunk: give them another one first.`,
        );
      }
      await writer.run("DELETE FROM secret WHERE owner_id = ?", id);
      await writer.run("DELETE FROM trunk WHERE id = ?", id);
      await audit.append(writer, actor, "trunk.deleted", id, { before: trunk.settings });
    });
    await db.checkpoint();
  }

  /** Every trunk as a gateway carries it out, with its passwords, and one audit row for it. */
  async plansFor(gatewayId: string): Promise<readonly TrunkPlan[]> {
    const trunks = await this.list(trunksMax, null);
    const plans: TrunkPlan[] = [];
    for (const trunk of trunks) plans.push(await this.#planOf(trunk));
    const opened = trunks.filter((trunk) => trunk.hasPassword || trunk.hasInboundPassword);
    if (opened.length > 0) {
      const { db, audit } = this.#options;
      await db.tx((writer) =>
        audit.append(writer, applianceActor, "trunk-passwords.sent", gatewayId, {
          trunkIds: opened.map(({ id }) => id),
        }),
      );
    }
    return plans;
  }

  /** The same for one trunk that an admin tests. */
  async planFor(trunk: Trunk, actor: Actor): Promise<TrunkPlan> {
    const { db, audit } = this.#options;
    await db.tx((writer) => audit.append(writer, actor, "trunk.tested", trunk.id));
    return this.#planOf(trunk);
  }

  /** A password that does not open, as under a sealed vault, is left out: the trunk's status says so. */
  async #planOf({ id, settings }: Trunk): Promise<TrunkPlan> {
    const { credentials, inbound } = settings;
    return {
      ...settings,
      trunkId: id,
      credentials: await this.#withPassword(id, outboundPasswordPurpose, credentials),
      inbound: {
        ...inbound,
        digest: await this.#withPassword(id, inboundPasswordPurpose, inbound.digest),
      },
    };
  }

  async #withPassword(
    id: TrunkId,
    purpose: string,
    named: { readonly username: string } | null,
  ): Promise<{ username: string; password: string } | null> {
    if (named === null || this.#options.vault.door.isSealed) return null;
    const password = await this.#options.vault.open(purpose, id);
    return password === null ? null : { ...named, password: password.reveal() };
  }

  async #sealPasswords(writer: SqlWriter, id: TrunkId, given: Given): Promise<void> {
    const { credentials, inbound } = given;
    await this.#seal(writer, id, outboundPasswordPurpose, credentials);
    await this.#seal(writer, id, inboundPasswordPurpose, inbound.digest);
  }

  async #seal(
    writer: SqlWriter,
    ownerId: TrunkId,
    purpose: string,
    given: Given["credentials"],
  ): Promise<void> {
    const { vault } = this.#options;
    if (given === null) await vault.remove(writer, purpose, ownerId);
    else if (given.password !== undefined) {
      await vault.put(writer, { purpose, ownerId, secret: new Secret(given.password), preview });
    }
  }
}

/** What was just written must hold together; what does not is undone with its transaction. */
async function checkTrunk(writer: SqlWriter, id: string): Promise<void> {
  const rows = await writer.all(selectTrunk);
  const trunks = rows.map(trunkOf);
  const trunk = trunks.find((each) => each.id === id);
  if (trunk === undefined) throw noSuchTrunk();
  const fields = trunkProblems(trunk.settings, {
    outbound: trunk.hasPassword,
    inbound: trunk.hasInboundPassword,
  });
  if (Object.keys(fields).length > 0) {
    throw new AppError("validation_failed", "Some settings of the trunk do not go together.", {
      details: { fields },
    });
  }
  const others = trunks.filter((each) => each.id !== id).map(({ settings }) => settings);
  const clash = clashWith(trunk.settings, others);
  if (clash !== null) throw new AppError("conflict", clash);
}

/** Names tell trunks apart for people, the digest's names for the gateway. */
function clashWith(settings: TrunkSettings, others: readonly TrunkSettings[]): string | null {
  const { name, inbound } = settings;
  if (others.some((other) => other.name === name)) return "Another trunk has this name.";
  const username = inbound.digest?.username;
  if (username === undefined) return null;
  return others.some((other) => other.inbound.digest?.username === username)
    ? "Another trunk has this user name in its inbound digest."
    : null;
}

async function trunkIn(reader: SqlReader, id: string): Promise<Trunk | null> {
  const row = await reader.get(`${selectTrunk} WHERE trunk.id = ?`, id);
  return row === null ? null : trunkOf(row);
}

function trunkOf(row: SqlRow): Trunk {
  return {
    id: trunkIdSchema.parse(row["id"]),
    settings: trunkSettingsSchema.parse(JSON.parse(String(row["settings"]))),
    hasPassword: row["outbound_version"] !== null,
    hasInboundPassword: row["inbound_version"] !== null,
    createdAtMs: Number(row["created_at_ms"]),
    updatedAtMs: Number(row["updated_at_ms"]),
  };
}

function noSuchTrunk(): AppError {
  return new AppError("not_found", "There is no such trunk.");
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** A field that is undefined was not named. */
function withoutUndefined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
}
