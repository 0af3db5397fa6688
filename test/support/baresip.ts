import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeWav } from "@agentcall/media";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

/** What comes over its control port. */
const messageSchema = z.union([
  z.object({ event: z.literal(true), type: z.string() }),
  z.object({ response: z.literal(true), data: z.string() }),
]);

const modulePath = "/usr/lib/baresip/modules"; // Debian's baresip-core
const sampleRateHz = 8_000;
const wavHeaderBytes = 44; // RIFF, one "fmt " of PCM, "data"

/**
 * Whether calls with Debian's baresip (package baresip-core) run: where it is, and in CI always,
 * where they fail without it. Elsewhere they are shown as skipped.
 */
export const canRunBaresip =
  process.env["CI"] === "true" || (existsSync(modulePath) && isThere("baresip"));

/** A telephone that somebody else has written: baresip, told what to do by its control port. */
export class Baresip {
  readonly #process: ChildProcess;
  readonly #control: Socket;
  readonly #folder: string;
  readonly #events: string[] = [];
  readonly #waiting: ((said: string) => void)[] = [];
  #unread = Buffer.alloc(0);

  private constructor(process: ChildProcess, control: Socket, folder: string) {
    this.#process = process;
    this.#control = control;
    this.#folder = folder;
    control.on("data", (bytes: Buffer) => {
      this.#read(bytes);
    });
    control.on("error", () => undefined); // it ends before its socket does
  }

  /**
   * A telephone that speaks these samples (8 kHz), from the start whenever it begins to send.
   * `address` is its own, and `account` what else its account says, such as `mediaenc=srtp-mand`.
   */
  static async open(
    speech: Int16Array,
    account: readonly string[] = [],
    address = "sip:+14155550199@127.0.0.1",
  ): Promise<Baresip> {
    const folder = mkdtempSync(path.join(tmpdir(), "agentcall-baresip-"));
    const controlPort = await freePort();
    writeFileSync(path.join(folder, "speech.wav"), writeWav({ sampleRateHz, samples: speech }));
    writeFileSync(
      path.join(folder, "config"),
      configuration(folder, await freePort(), controlPort),
    );
    writeFileSync(
      path.join(folder, "accounts"),
      `<${address}>;${["audio_codecs=pcmu", ...account].join(";")}\n`,
    );
    writeFileSync(path.join(folder, "contacts"), "");
    const baresip = spawn("baresip", ["-4", "-n", "127.0.0.1", "-f", folder], { stdio: "ignore" });
    const control = await connected(controlPort);
    return new Baresip(baresip, control, folder);
  }

  /** Runs one of baresip's commands, such as `dial`, `hold`, `resume` or `hangup`; resolves with what it says. */
  command(command: string, params = ""): Promise<string> {
    const text = JSON.stringify({ command, params });
    this.#control.write(`${String(Buffer.byteLength(text))}:${text},`);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** RTP packets that have come in this call. */
  async packetsReceived(): Promise<number> {
    return Number(/ rcvd=(\d+)/.exec(await this.command("audio_debug"))?.[1] ?? 0);
  }

  /** Types of the events so far, such as `CALL_ESTABLISHED`. */
  get events(): readonly string[] {
    return this.#events;
  }

  /**
   * What it has heard so far, up to its first hold: then version 1.0.0 drops its recording. The
   * lengths in the file's header are not written before the end.
   */
  heard(): Int16Array {
    const name = readdirSync(this.#folder).find((each) => each.endsWith("-dec.wav"));
    if (name === undefined) return new Int16Array(0);
    const bytes = readFileSync(path.join(this.#folder, name)).subarray(wavHeaderBytes);
    const samples = new Int16Array(bytes.length >> 1);
    for (let index = 0; index < samples.length; index += 1) {
      samples[index] = bytes.readInt16LE(2 * index);
    }
    return samples;
  }

  async close(): Promise<void> {
    const closed = once(this.#process, "close");
    void this.command("quit");
    await closed;
    this.#control.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Netstrings of JSON. */
  #read(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (let colon = this.#unread.indexOf(":"); colon > 0; colon = this.#unread.indexOf(":")) {
      const end = colon + 1 + Number(this.#unread.toString("latin1", 0, colon));
      if (this.#unread.length <= end) return;
      const message = messageSchema.parse(
        JSON.parse(this.#unread.toString("utf8", colon + 1, end)),
      );
      if ("type" in message) this.#events.push(message.type);
      else this.#waiting.shift()?.(message.data);
      this.#unread = this.#unread.subarray(end + 1);
    }
  }
}

function configuration(folder: string, sipPort: number, controlPort: number): string {
  return [
    `sip_listen 127.0.0.1:${String(sipPort)}`,
    `module_path ${modulePath}`,
    ...["g711", "aufile", "aubridge", "sndfile", "srtp"].map((name) => `module ${name}.so`),
    "module_tmp account.so",
    "module_app menu.so",
    "module_app ctrl_tcp.so",
    `ctrl_tcp_listen 127.0.0.1:${String(controlPort)}`,
    "audio_player aubridge,heard",
    "audio_alert aubridge,alert",
    `audio_source aufile,${folder}/speech.wav`,
    `ausrc_srate ${String(sampleRateHz)}`,
    `auplay_srate ${String(sampleRateHz)}`,
    `snd_path ${folder}`,
    "",
  ].join("\n");
}

async function connected(port: number): Promise<Socket> {
  const sockets: Socket[] = [];
  const tryAgain = (): void => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => sockets.push(socket));
    socket.once("error", () => setImmediate(tryAgain)); // it does not listen yet
  };
  tryAgain();
  await eventually("baresip listens", () => sockets.length > 0);
  const [socket] = sockets;
  if (socket === undefined) throw new Error("baresip does not listen");
  return socket;
}

function isThere(program: string): boolean {
  return spawnSync(program, ["-h"], { stdio: "ignore" }).error === undefined;
}
