import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { CallId } from "@agentcall/contract";

const partSuffix = ".part"; // of a file that is still coming in
const suffix = ".acr";

/**
 * The sealed files of recordings, in a folder that only we may enter: one for each call, under
 * another name until it is whole.
 */
export class RecordingFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder is made where it is missing. */
  static async open(folder: string): Promise<RecordingFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new RecordingFiles(folder);
  }

  /** What has come in of a file, to be read and written; the caller closes it. */
  async openPart(callId: CallId): Promise<FileHandle> {
    const name = this.#pathOf(callId, partSuffix);
    return open(name, "r+").catch((error: unknown) => {
      if (isMissing(error)) return open(name, "wx+", 0o600);
      throw error;
    });
  }

  /** The whole file, to be read; the caller closes it. Null where there is none. */
  async openWhole(callId: CallId): Promise<FileHandle | null> {
    return open(this.#pathOf(callId, suffix), "r").catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
  }

  /** What came in is whole and on disk: from now on it is the recording. */
  async keep(callId: CallId): Promise<void> {
    await rename(this.#pathOf(callId, partSuffix), this.#pathOf(callId, suffix));
    const folder = await open(this.#folder, "r");
    try {
      await folder.sync(); // a rename is only on disk when its folder is
    } finally {
      await folder.close();
    }
  }

  async discardPart(callId: CallId): Promise<void> {
    await rm(this.#pathOf(callId, partSuffix), { force: true });
  }

  /** Takes all of a call's bytes away. May be called twice. */
  async remove(callId: CallId): Promise<void> {
    await this.discardPart(callId);
    await rm(this.#pathOf(callId, suffix), { force: true });
  }

  #pathOf(callId: CallId, end: string): string {
    return path.join(this.#folder, `${callId}${end}`); // an id has letters and digits only
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
