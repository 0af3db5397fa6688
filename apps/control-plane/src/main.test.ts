// The program itself, as its supervisor runs it: what it says and leaves behind when its root key is of no use.
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const program = new URL("main.ts", import.meta.url);
const startDeadlineMs = 60_000; // a busy machine: it takes half a second otherwise

let folder: string;
let rootKey: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-main-"));
  rootKey = path.join(folder, "root-key");
  children = [];
  writeFileSync(path.join(folder, "token"), "the token of the link");
  writeFileSync(rootKey, "0f".repeat(32), { mode: 0o600 });
  const first = start();
  await once(first, "message");
  first.kill("SIGTERM");
  await once(first, "exit");
}, startDeadlineMs);
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

describe("the control plane's program", () => {
  test.each([
    [
      "another root key",
      () => {
        writeFileSync(rootKey, "f0".repeat(32));
      },
      {},
      "AGENTCALL_ROOT_KEY_FILE is wrong: the key in it does not open the vault of this database.\n",
    ],
    [
      "a root key that others may read",
      () => {
        chmodSync(rootKey, 0o644);
      },
      {},
      /^AGENTCALL_ROOT_KEY_FILE is wrong: others than its owner may use .+: give it the mode 0600\.\n$/,
    ],
    [
      "a passphrase in place of its file",
      () => undefined,
      { AGENTCALL_VAULT: "passphrase" },
      "AGENTCALL_VAULT is wrong: the vault of this database was set up with a file.\n",
    ],
  ])(
    "started with %s says so in one sentence, ends with 2, and writes nothing",
    async (_, change, environment, sentence) => {
      change();
      const before = digests();

      const { code, stderr } = await endOf(start(environment));

      expect(code).toBe(2);
      if (typeof sentence === "string") expect(stderr).toBe(sentence);
      else expect(stderr).toMatch(sentence);
      expect(digests()).toEqual(before);
    },
    startDeadlineMs,
  );

  test(
    "with a passphrase serves at once, and says that its vault is sealed",
    async () => {
      const child = start({
        AGENTCALL_VAULT: "passphrase",
        AGENTCALL_DATA_DIR: path.join(folder, "other"),
      });

      const [ready] = (await once(child, "message")) as [unknown];

      expect(ready).toMatchObject({ event: "ready", isVaultSealed: true });
    },
    startDeadlineMs,
  );
});

function start(environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = fork(program, {
    env: {
      PATH: process.env["PATH"],
      AGENTCALL_DATA_DIR: path.join(folder, "data"),
      AGENTCALL_HTTP_PORT: "0",
      AGENTCALL_CONTROL_TOKEN_FILE: path.join(folder, "token"),
      AGENTCALL_ROOT_KEY_FILE: rootKey,
      ...environment,
    },
    silent: true,
  });
  children.push(child);
  return child;
}

async function endOf(child: ChildProcess): Promise<{ code: unknown; stderr: string }> {
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [unknown];
  return { code, stderr };
}

/** Every file of the folder and what is in it. */
function digests(): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.join(each.parentPath, each.name));
  return Object.fromEntries(
    names.map((name) => [name, createHash("sha256").update(readFileSync(name)).digest("hex")]),
  );
}
