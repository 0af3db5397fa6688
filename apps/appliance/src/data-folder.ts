import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AppError, newId, type Random, Secret } from "@agentcall/base";

const folderMode = 0o700;
const fileMode = 0o600;
const rootKeyBytes = 32;

/** What `npm run call` needs to know of the appliance that runs. */
export type Evaluation = { readonly http: string; readonly sip: string; readonly adminKey: string };

/**
 * The folder that holds everything that lasts. One appliance at a time owns it: `open` leaves a
 * lock with its process id, `close` takes it away, and a lock whose process is gone is void.
 */
export class DataFolder {
  readonly path: string;
  readonly #random: Random;

  private constructor(folder: string, random: Random) {
    this.path = folder;
    this.#random = random;
  }

  /** Throws `data-folder-taken` or `data-folder-unusable`, each with a sentence for the admin. */
  static open(folder: string, random: Random): DataFolder {
    const data = new DataFolder(folder, random);
    try {
      for (const part of ["", "secrets", "logs", "spool"]) {
        mkdirSync(path.join(folder, part), { recursive: true, mode: folderMode });
        chmodSync(path.join(folder, part), folderMode);
      }
    } catch (error) {
      throw new AppError(
        "data-folder-unusable",
        `AGENTCALL_DATA_DIR: the folder ${folder} cannot be made or written.`,
        { cause: error },
      );
    }
    data.#lock();
    return data;
  }

  /** Path of a file or folder in here. */
  at(...parts: readonly string[]): string {
    return path.join(this.path, ...parts);
  }

  /** Writes a secret of this start for the program that needs it, and returns the file's path. */
  writeSecret(name: string, secret: Secret): string {
    const file = this.at("secrets", name);
    writeFileSync(file, secret.reveal(), { mode: fileMode });
    chmodSync(file, fileMode); // the mode above is for new files only
    return file;
  }

  /** A fresh id with this prefix, of this folder's chance. */
  newSecret(prefix: string): Secret {
    return new Secret(newId(prefix, this.#random));
  }

  /** The secret of that name, made at first use. */
  lastingSecret(name: string, make: () => Secret): Secret {
    const file = this.at("secrets", name);
    if (existsSync(file)) return new Secret(readFileSync(file, "utf8").trim());
    const secret = make();
    this.writeSecret(name, secret);
    return secret;
  }

  /** The file with the root key of the vault, 64 hexadecimal digits, made at first use. */
  rootKeyFile(): string {
    const file = this.at("secrets", "root-key");
    if (existsSync(file)) return file;
    return this.writeSecret(
      "root-key",
      new Secret(Buffer.from(this.#random.bytes(rootKeyBytes)).toString("hex")),
    );
  }

  writeEvaluation(evaluation: Evaluation): void {
    const file = this.at("evaluation.json");
    writeFileSync(file, `${JSON.stringify(evaluation)}\n`, { mode: fileMode });
    chmodSync(file, fileMode);
  }

  /** Gives the folder back. May be called twice. */
  close(): void {
    rmSync(this.at("evaluation.json"), { force: true });
    rmSync(this.at("appliance.lock"), { force: true });
  }

  #lock(): void {
    const file = this.at("appliance.lock");
    const owner = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
    if (owner > 0 && owner !== process.pid && isAlive(owner)) {
      throw new AppError(
        "data-folder-taken",
        `Another appliance (process ${String(owner)}) runs on ${this.path}: stop it, or set AGENTCALL_DATA_DIR.`,
      );
    }
    writeFileSync(file, String(process.pid), { mode: fileMode });
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
