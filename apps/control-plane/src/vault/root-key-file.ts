import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { AppError } from "@agentcall/base";
import { type RootKey, rootKeyFromBytes } from "@agentcall/vault";
import type { RootKeyHolder } from "./root-source.ts";

const setting = "AGENTCALL_ROOT_KEY_FILE";
const keyForm = /^[\da-f]{64}$/i;
const othersMode = 0o077;
const ownMode = 0o600;
const dockerSecrets = "/run/secrets"; // a tmpfs of the container, whose files Docker makes 0444

/**
 * The root key in a file: 64 hexadecimal digits that this process alone may read, or a Docker
 * secret, or a systemd credential. A rekey lays `<file>.next` beside it until the ring follows.
 */
export class RootKeyFile implements RootKeyHolder {
  readonly #file: string;
  #current: RootKey;
  #staged: RootKey | null;

  private constructor(file: string, current: RootKey, staged: RootKey | null) {
    this.#file = file;
    this.#current = current;
    this.#staged = staged;
  }

  /**
   * Reads it. `credentialsDir` is systemd's $CREDENTIALS_DIRECTORY. Throws `wrong-setting` with one
   * sentence where the file is not there, not a key, or open to others.
   */
  static open(file: string, credentialsDir: string | null): RootKeyFile {
    const isTheUnits = [dockerSecrets, credentialsDir].some(
      (folder) => folder !== null && path.dirname(path.resolve(file)) === path.resolve(folder),
    );
    const current = readKey(file, isTheUnits);
    const staged = existsSync(nextOf(file)) ? readKey(nextOf(file), isTheUnits) : null;
    return new RootKeyFile(file, current, staged);
  }

  get current(): RootKey {
    return this.#current;
  }

  get staged(): RootKey | null {
    return this.#staged;
  }

  stage(key: Buffer): RootKey {
    const next = nextOf(this.#file);
    const unfinished = `${next}.part`;
    try {
      writeDurably(unfinished, key.toString("hex"));
      renameSync(unfinished, next);
      syncFolderOf(next);
    } catch (error) {
      throw new AppError(
        "conflict",
        "The root key's file cannot be replaced from here: its folder is not writable.",
        { cause: error },
      );
    }
    this.#staged = readKey(next, false);
    return this.#staged;
  }

  promote(): void {
    if (this.#staged === null) return;
    renameSync(nextOf(this.#file), this.#file);
    syncFolderOf(this.#file);
    this.#current = this.#staged;
    this.#staged = null;
  }

  discard(): void {
    rmSync(nextOf(this.#file), { force: true });
    this.#staged = null;
  }
}

function nextOf(file: string): string {
  return `${file}.next`;
}

function readKey(file: string, isTheUnits: boolean): RootKey {
  const { text, mode } = readText(file);
  if (!isTheUnits && (mode & othersMode) !== 0) {
    throw wrong(`others than its owner may use ${file}: give it the mode 0600.`);
  }
  const root = keyForm.test(text) ? rootKeyFromBytes(Buffer.from(text, "hex")) : null;
  if (root === null) throw wrong(`${file} must hold a key of 64 hexadecimal digits.`);
  return root;
}

function readText(file: string): { text: string; mode: number } {
  try {
    return { text: readFileSync(file, "utf8").trim(), mode: statSync(file).mode };
  } catch (error) {
    throw wrong(`${file} cannot be read.`, error);
  }
}

/** On disk when this returns. A file that was left half written is written over. */
function writeDurably(file: string, text: string): void {
  rmSync(file, { force: true });
  const handle = openSync(file, "wx", ownMode);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A rename lasts when its folder is on disk. */
function syncFolderOf(file: string): void {
  const handle = openSync(path.dirname(file), "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function wrong(what: string, cause?: unknown): AppError {
  return new AppError("wrong-setting", `${setting} is wrong: ${what}`, { cause });
}
