import { AppError } from "@agentcall/base";
import type { SealedFile } from "../main/paired-appliances.ts";

/** A list of appliances in memory, on a computer with a key store or without one. */
export function memoryFile(
  text: string | null = null,
  hasKeyStore = true,
): SealedFile & { readonly text: () => string | null } {
  let kept = text;
  const assertWritable = (): Promise<void> =>
    hasKeyStore ? Promise.resolve() : Promise.reject(new AppError("no_key_store", "None here."));
  return {
    text: () => kept,
    read: () => Promise.resolve(kept),
    assertWritable,
    async write(fresh) {
      await assertWritable();
      kept = fresh;
    },
  };
}
