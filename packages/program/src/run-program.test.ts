import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readSecretFile } from "./run-program.ts";

const program = new URL("testing/small-program.ts", import.meta.url);
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("a program", () => {
  test("says that it serves, and ends cleanly when it is told to", async () => {
    const { child, ended } = start({});
    const [ready] = (await once(child, "message")) as [unknown];

    child.kill("SIGTERM");
    child.kill("SIGTERM");

    expect(ready).toEqual({ event: "ready", address: "here" });
    expect(await ended).toEqual({ code: 0, stdout: "closed\n", stderr: "" });
  });

  test.each([
    ["is done", "SIGUSR2"],
    ["is hurried by a second SIGTERM", "SIGTERM"],
    ["is interrupted", "SIGINT"],
  ] as const)("ends what is under way first, until it %s", async (_, signal) => {
    const { child, ended } = start({ SMALL: "busy" });
    await once(child, "message");

    child.kill("SIGTERM");
    await once(child, "message");
    child.kill(signal);

    expect(await ended).toEqual({ code: 0, stdout: "draining\nclosed\n", stderr: "" });
  });

  test("ends when its supervisor is gone", async () => {
    const { child } = start({});
    await once(child, "message");

    const exited = once(child, "exit"); // 'close' waits for the channel that we have closed ourselves
    child.disconnect();

    expect((await exited)[0]).toBe(0);
  });

  test("with a wrong setting is one sentence and exit code 2", async () => {
    const { ended } = start({ SMALL: "wrong" });

    expect(await ended).toEqual({ code: 2, stdout: "", stderr: "SMALL is wrong.\n" });
  });

  test("that cannot start is its own sentence and exit code 1", async () => {
    const { ended } = start({ SMALL: "taken" });

    expect(await ended).toEqual({ code: 1, stdout: "", stderr: "The port is taken.\n" });
  });

  test("that cannot be ended cleanly says so by its exit code", async () => {
    const { child, ended } = start({ SMALL: "stuck" });
    await once(child, "message");

    child.kill("SIGTERM");

    expect((await ended).code).toBe(1);
  });
});

test("a secret is read from its file without the line's end, and none is none", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "agentcall-program-"));
  writeFileSync(path.join(folder, "full"), "the words\n");
  writeFileSync(path.join(folder, "empty"), "\n");

  expect(readSecretFile(path.join(folder, "full"))?.reveal()).toBe("the words");
  expect(readSecretFile(path.join(folder, "empty"))).toBeNull();
  expect(readSecretFile(path.join(folder, "missing"))).toBeNull();
  rmSync(folder, { recursive: true });
});

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function start(environment: Record<string, string>): {
  child: ChildProcess;
  ended: Promise<Ended>;
} {
  const child = fork(program, { env: { PATH: process.env["PATH"], ...environment }, silent: true });
  children.push(child);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, ended };
}
