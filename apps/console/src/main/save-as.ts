import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SaveOutcome } from "../shared/bridge.ts";

/** What is used of Electron's `dialog`. */
export type SaveDialogLike = {
  showSaveDialog(options: {
    readonly defaultPath: string;
  }): Promise<{ readonly canceled: boolean; readonly filePath: string }>;
};

/**
 * The person at the computer says where, the page never does; the content is streamed there. A
 * file of that name stands untouched until the new one is whole.
 */
export function saveAs(
  dialog: SaveDialogLike,
): (suggestedName: string, content: ReadableStream<Uint8Array>) => Promise<SaveOutcome> {
  return async (suggestedName, content) => {
    const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath: suggestedName });
    if (canceled || filePath === "") {
      await content.cancel();
      return { kind: "cancelled" };
    }
    const part = `${filePath}.part`;
    try {
      // The web's stream and Node's own type of it do not know each other.
      const bytes = Readable.fromWeb(content as Parameters<typeof Readable.fromWeb>[0]);
      await pipeline(bytes, createWriteStream(part, { mode: 0o600 }));
      await rename(part, filePath);
      return { kind: "saved" };
    } catch {
      await rm(part, { force: true }).catch(() => undefined); // a folder that cannot be written has none
      const sentence = `${path.basename(filePath)} could not be written whole: is there room, and may you write there?`;
      return { kind: "failed", sentence };
    }
  };
}
