import { expect, test, vi } from "vitest";
import { passphraseCost, rootKeyFromPassphrase } from "./root-key.ts";

// scrypt takes 128 MiB: that the platform cannot give them cannot be brought about otherwise.
vi.mock("node:crypto", async (original) => ({
  ...(await original<object>()),
  scrypt: (...given: readonly unknown[]) => {
    const done = given.at(-1) as (error: Error) => void;
    done(new Error("out of memory"));
  },
}));

test("a root key that the platform cannot reckon is a failure, and not a wrong key", async () => {
  const root = rootKeyFromPassphrase("words", { ...passphraseCost, salt: Buffer.alloc(16) });

  await expect(root).rejects.toThrow("out of memory");
});
