import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@agentcall/base";
import type { SealedFile } from "./paired-appliances.ts";

/** What is used of Electron's `safeStorage`: its asynchronous half, since the other one goes. */
export type SafeStorageLike = {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(sealed: Buffer): Promise<{ result: string }>;
  /** Linux only. */
  getSelectedStorageBackend?(): string;
};

/**
 * The list of appliances with their keys, sealed by the operating system's own key store. Refuses
 * to write where that is none: `basic_text` on Linux seals with a password that everyone knows.
 */
export function safeTokenFile(file: string, storage: SafeStorageLike): SealedFile {
  let isUnreadable = false;
  return {
    async read() {
      const sealed = await readFile(file).catch(() => null);
      if (sealed === null) return null;
      return storage.decryptStringAsync(sealed).then(
        ({ result }) => result,
        () => {
          isUnreadable = true; // another user's, or a key store that was reset: the admin pairs again
          return null;
        },
      );
    },
    assertWritable: () => assertUsable(storage),
    async write(text) {
      await assertUsable(storage);
      const sealed = await storage.encryptStringAsync(text);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      // A key store that was only locked may open it again: it is put aside, not overwritten.
      if (isUnreadable) await rename(file, `${file}.unreadable`);
      isUnreadable = false;
      const fresh = `${file}.new`;
      await rm(fresh, { force: true }); // the mode is of a file that is made, not of one that is there
      await writeFile(fresh, sealed, { mode: 0o600 });
      await rename(fresh, file);
    },
  };
}

async function assertUsable(storage: SafeStorageLike): Promise<void> {
  const isBasic = storage.getSelectedStorageBackend?.() === "basic_text";
  if (!isBasic && (await storage.isAsyncEncryptionAvailable())) return;
  throw new AppError(
    "no_key_store",
    "This computer has no key store that could keep the appliance's key: set up a keyring first.",
  );
}
