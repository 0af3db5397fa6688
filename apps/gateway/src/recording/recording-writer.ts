import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { RecordingFlaw } from "@agentcall/contract";

/** Why nothing more can be written. */
export type WriteFlaw = Extract<RecordingFlaw, "disk_full" | "write_failed">;

const waitingMax = 10; // seconds of a call: a disk that is behind by more will not catch up
const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND } = constants;

/**
 * Writes sealed segments to a file in their order, one at a time and never in the way of whoever
 * appends. What goes wrong ends the file where it stands: a call does not end for its recording.
 */
export class RecordingWriter {
  readonly #path: string;
  readonly #hasRoom: () => Promise<boolean>;
  readonly #flags: number;
  readonly #waiting: Uint8Array[] = [];
  #file: FileHandle | null = null;
  #writing: Promise<void> | null = null;
  #flaw: WriteFlaw | null = null;
  #writtenBytes = 0;

  /** A `new` file is made with the first segment. `hasRoom` is asked before each. */
  constructor(path: string, hasRoom: () => Promise<boolean>, file: "new" | "append" = "new") {
    this.#path = path;
    this.#hasRoom = hasRoom;
    this.#flags = O_WRONLY | O_APPEND | (file === "new" ? O_CREAT | O_EXCL : 0);
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  append(sealed: Uint8Array): void {
    if (this.#flaw !== null) return;
    if (this.#waiting.length >= waitingMax) {
      this.#stop("write_failed");
      return;
    }
    this.#waiting.push(sealed);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when all of it is on disk, with why it is not, or null. */
  async close(): Promise<WriteFlaw | null> {
    await this.#writing;
    try {
      await this.#file?.datasync();
      await this.#file?.close();
    } catch (error) {
      this.#stop(flawOf(error));
    }
    this.#file = null;
    return this.#flaw;
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        if (!(await this.#hasRoom())) this.#stop("disk_full");
        else await this.#writeWhole(next);
      } catch (error) {
        this.#stop(flawOf(error));
      }
      this.#waiting.shift();
    }
    this.#writing = null;
  }

  async #writeWhole(bytes: Uint8Array): Promise<void> {
    this.#file ??= await open(this.#path, this.#flags, 0o600);
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, written);
      written += bytesWritten;
      this.#writtenBytes += bytesWritten;
    }
  }

  #stop(flaw: WriteFlaw): void {
    this.#flaw ??= flaw;
    this.#waiting.length = 0;
  }
}

function flawOf(error: unknown): WriteFlaw {
  const isFull =
    error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT"].includes(String(error.code));
  return isFull ? "disk_full" : "write_failed";
}
