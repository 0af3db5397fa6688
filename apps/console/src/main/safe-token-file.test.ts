import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { safeTokenFile, type SafeStorageLike } from "./safe-token-file.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-tokens-"));
  file = path.join(folder, "console/appliances.sealed");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the file of appliances", () => {
  test("is sealed, only its owner's to read, and read again (S12)", async () => {
    await safeTokenFile(file, keyStore()).write("the list with its keys");

    expect(readFileSync(file, "utf8")).not.toContain("the list");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    expect(await safeTokenFile(file, keyStore()).read()).toBe("the list with its keys");
  });

  test("is whole or the former one: nothing else is left in its folder", async () => {
    const list = safeTokenFile(file, keyStore());
    await list.write("former");
    writeFileSync(`${file}.new`, "of a write that broke off", { mode: 0o644 });

    await list.write("latter");

    expect(readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await list.read()).toBe("latter");
  });

  test.each([
    ["basic_text, whose password everyone knows (S12)", keyStore({ backend: "basic_text" })],
    ["no key store at all (S12)", keyStore({ isAvailable: false })],
  ])("is not written with %s", async (_what, storage) => {
    const list = safeTokenFile(file, storage);

    await expect(list.assertWritable()).rejects.toMatchObject({ code: "no_key_store" });
    await expect(list.write("the list")).rejects.toMatchObject({ code: "no_key_store" });

    expect(readdirSync(folder)).toEqual([]);
  });

  test("is null when there is none, and when this key store cannot open it", async () => {
    expect(await safeTokenFile(file, keyStore()).read()).toBeNull();
    await safeTokenFile(file, keyStore()).write("the list");

    expect(await safeTokenFile(file, keyStore({ secret: 7 })).read()).toBeNull();
  });

  test("that could not be opened is put aside by the next write, not overwritten", async () => {
    await safeTokenFile(file, keyStore()).write("the list of a locked key store");
    const list = safeTokenFile(file, keyStore({ secret: 7 }));
    await list.read();

    await list.write("another list");

    const aside = safeTokenFile(`${file}.unreadable`, keyStore());
    expect(await aside.read()).toBe("the list of a locked key store");
    expect(await list.read()).toBe("another list");
  });
});

/** Stands for the operating system's: seals by a secret of one byte. */
function keyStore({
  backend = "gnome_libsecret",
  isAvailable = true,
  secret = 1,
}: {
  backend?: string;
  isAvailable?: boolean;
  secret?: number;
} = {}): SafeStorageLike {
  const turn = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ secret));
  return {
    isAsyncEncryptionAvailable: () => Promise.resolve(isAvailable),
    encryptStringAsync: (text) => Promise.resolve(turn(Buffer.from(`sealed:${text}`))),
    decryptStringAsync(sealed) {
      const text = turn(sealed).toString();
      return text.startsWith("sealed:")
        ? Promise.resolve({ result: text.slice(7) })
        : Promise.reject(new Error("not ours"));
    },
    getSelectedStorageBackend: () => backend,
  };
}
