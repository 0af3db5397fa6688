import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Log } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";

/** A leg of a call: that of its caller or callee, or that of the party to whom it was handed over. */
type LegName = CallId | `${CallId}-far`;

const dialogIdCharsMax = 256; // drachtio's are UUIDs

/**
 * The dialogs that this gateway has at drachtio, one small file each. A gateway that died left its
 * callers in calls that nobody would end: the next life reads the book and hangs them up. The files
 * are not forced to the disk, since a machine that lost power has lost drachtio's dialogs as well.
 */
export class DialogBook {
  readonly #folder: string;
  readonly #log: Log;
  #former: readonly { readonly file: string; readonly dialogId: string }[];

  private constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
    this.#former = readdirSync(folder).map((file) => ({
      file,
      dialogId: readFileSync(path.join(folder, file), "utf8").slice(0, dialogIdCharsMax),
    }));
  }

  /** Opens the book in this folder, with what a former life has left in it. */
  static open(spoolDir: string, log: Log): DialogBook {
    const folder = path.join(spoolDir, "dialogs");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new DialogBook(folder, log);
  }

  /** The dialogs of the former life, once: they are taken out of the book. */
  takeFormer(): readonly string[] {
    const former = this.#former;
    this.#former = [];
    for (const { file } of former) this.#remove(file);
    return former.map(({ dialogId }) => dialogId).filter((dialogId) => dialogId !== "");
  }

  /** Never throws: a call goes on when its line in the book cannot be written. */
  add(leg: LegName, dialogId: string): void {
    try {
      writeFileSync(path.join(this.#folder, leg), dialogId, { mode: 0o600 });
    } catch (error) {
      this.#log.warn({ leg, err: error }, "a dialog could not be written down");
    }
  }

  remove(leg: LegName): void {
    this.#remove(leg);
  }

  #remove(file: string): void {
    try {
      rmSync(path.join(this.#folder, file), { force: true });
    } catch (error) {
      this.#log.warn({ file, err: error }, "a dialog could not be taken out of the book");
    }
  }
}
