import { type ChildProcess, fork } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeFrame } from "./control/frame-reader.ts";

let folder: string;
let programs: Program[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-sip-engine-"));
  writeFileSync(path.join(folder, "secret"), "practice-secret\n", { mode: 0o600 });
  programs = [];
});
afterEach(async () => {
  for (const program of programs) await program.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe("the program", () => {
  test("says where it serves, serves there, and ends with 0 at SIGTERM, calls or not", async () => {
    const program = start();
    const ready = await program.ready();
    const socket = connect(portOf(ready.drachtio), "127.0.0.1");
    await once(socket, "connect");
    socket.write(writeFrame("8e581154-5120|authenticate|practice-secret|"));
    const [answer] = (await once(socket, "data")) as [Buffer];

    program.child.kill("SIGTERM");

    expect(answer.toString()).toContain("|OK|");
    expect(answer.toString()).toContain(`udp/${ready.sip}`);
    expect(await program.ended).toEqual({ exitCode: 0, stderr: "" });
    socket.destroy();
  });

  test("answers OPTIONS over UDP before any application is there", async () => {
    const ready = await start().ready();
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const lines = [
      "OPTIONS sip:127.0.0.1 SIP/2.0",
      `Via: SIP/2.0/UDP 127.0.0.1:${String(socket.address().port)};branch=z9hG4bK-1`,
      "From: <sip:a@127.0.0.1>;tag=1",
      "To: <sip:127.0.0.1>",
      "Call-ID: call-1",
      "CSeq: 1 OPTIONS",
      "Content-Length: 0",
    ];

    socket.send(`${lines.join("\r\n")}\r\n\r\n`, portOf(ready.sip), "127.0.0.1");
    const [answer] = (await once(socket, "message")) as [Buffer];

    expect(answer.toString()).toMatch(/^SIP\/2.0 200 OK\r\n/);
    socket.close();
  });

  test("ends with 0 when whoever started it is gone", async () => {
    const program = start();
    await program.ready();

    program.child.disconnect();

    expect(await program.ended).toEqual({ exitCode: 0, stderr: "" });
  });
});

describe("what keeps it from serving is one sentence:", () => {
  test.each([
    ["AGENTCALL_SIP_PORT", "x"],
    ["AGENTCALL_DRACHTIO_LISTEN", "anywhere"],
    ["AGENTCALL_DRACHTIO_SECRET_FILE", "/nowhere/secret"],
  ])("the wrong setting %s, with 2", async (name, value) => {
    const { exitCode, stderr } = await start({ [name]: value }).ended;

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(new RegExp(`^${name} is wrong: [^\\n]+\\.\\n$`));
  });

  test.each(["AGENTCALL_SIP_PORT", "AGENTCALL_DRACHTIO_LISTEN"])(
    "a taken TCP port in %s, named",
    async (name) => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const port = String((server.address() as AddressInfo).port);

      const value = name === "AGENTCALL_SIP_PORT" ? port : `127.0.0.1:${port}`;
      const { exitCode, stderr } = await start({ [name]: value }).ended;

      expect(exitCode).toBe(1);
      expect(stderr).toMatch(new RegExp(`^Port ${port} of 127.0.0.1 [^\\n]+ set ${name}\\.\\n$`));
      server.close();
    },
  );

  test("a taken UDP port, named", async () => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const port = String(socket.address().port);

    const { exitCode, stderr } = await start({ AGENTCALL_SIP_PORT: port }).ended;

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Port ${port} of 127.0.0.1 [^\\n]+\\.\\n$`));
    socket.close();
  });
});

type Ready = { readonly event: "ready"; readonly sip: string; readonly drachtio: string };

/** The program as its supervisor starts it. */
class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<{ exitCode: number | null; stderr: string }>;

  constructor(environment: Readonly<Record<string, string>>) {
    this.child = fork(path.join(import.meta.dirname, "main.ts"), {
      env: { ...process.env, ...environment },
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let stderr = "";
    this.child.stderr?.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    // Not 'close': that event never comes for a child from which we have disconnected.
    const exited = once(this.child, "exit");
    const said = this.child.stderr === null ? null : once(this.child.stderr, "close");
    this.ended = Promise.all([exited, said]).then(([[exitCode]]) => ({
      exitCode: exitCode as number | null,
      stderr,
    }));
  }

  async ready(): Promise<Ready> {
    const [message] = (await once(this.child, "message")) as [Ready];
    expect(message.event).toBe("ready");
    return message;
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

function start(environment: Readonly<Record<string, string>> = {}): Program {
  const program = new Program({
    AGENTCALL_SIP_HOST: "127.0.0.1",
    AGENTCALL_SIP_PORT: "0",
    AGENTCALL_DRACHTIO_LISTEN: "127.0.0.1:0",
    AGENTCALL_DRACHTIO_SECRET_FILE: path.join(folder, "secret"),
    AGENTCALL_LOG_LEVEL: "info",
    ...environment,
  });
  programs.push(program);
  return program;
}

function portOf(hostPort: string): number {
  return Number(hostPort.split(":")[1]);
}
