import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Secret } from "@agentcall/base";
import { eventually } from "./eventually.ts";

const root = path.resolve(import.meta.dirname, "../..");
const snapshotSignal = "SIGUSR2";

export type GatewayProcessOptions = {
  /** Its spool, its secrets' files and its heap snapshots. */
  readonly folder: string;
  readonly drachtio: string;
  readonly drachtioSecret: Secret;
  readonly controlUrl: string;
  readonly controlToken: Secret;
  readonly rtpPorts: string;
  /** How long its calls may go on when it is told to end; not at all unless it is named. */
  readonly drainSecs?: number;
};

/** The gateway's own program in a process of its own, as the supervisor starts it, with a heap that can be looked into. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #log = "";
  /** Resolves with its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.ended = once(child, "exit").then(([code]) => code as number | null);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
  }

  /** Resolves when it serves. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const { folder } = options;
    const secretFile = (name: string, secret: Secret): string => {
      const file = path.join(folder, name);
      writeFileSync(file, secret.reveal(), { mode: 0o600 });
      return file;
    };
    const child = spawn(
      process.execPath,
      [
        "--disable-sigusr1",
        `--heapsnapshot-signal=${snapshotSignal}`,
        `--diagnostic-dir=${folder}`,
        path.join(root, "apps/gateway/src/main.ts"),
      ],
      {
        env: {
          AGENTCALL_DRACHTIO: options.drachtio,
          AGENTCALL_DRACHTIO_SECRET_FILE: secretFile("drachtio-secret", options.drachtioSecret),
          AGENTCALL_CONTROL_URL: options.controlUrl,
          AGENTCALL_CONTROL_TOKEN_FILE: secretFile("control-token", options.controlToken),
          AGENTCALL_GATEWAY_ID: "gateway-1",
          AGENTCALL_SPOOL_DIR: path.join(folder, "spool"),
          AGENTCALL_RTP_PORTS: options.rtpPorts,
          AGENTCALL_DRAIN_SECS: String(options.drainSecs ?? 0),
          AGENTCALL_LOG_LEVEL: "trace",
        },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      },
    );
    const gateway = new GatewayProcess(child, folder);
    const ended = once(child, "exit").then(() => {
      throw new Error(`the gateway ended: ${gateway.log}`);
    });
    await Promise.race([once(child, "message"), ended]);
    ended.catch(() => undefined); // from now on its end is the test's wish
    return gateway;
  }

  /** All that it has logged, at trace level. */
  get log(): string {
    return this.#log;
  }

  /** Its heap as it stands, after a collection of garbage: V8 collects before it writes. */
  async heapSnapshot(): Promise<string> {
    const before = new Set(this.#snapshots());
    this.#child.kill(snapshotSignal);
    const fresh = (): string | undefined => this.#snapshots().find((each) => !before.has(each));
    let bytes = -1;
    await eventually("the heap snapshot is whole", () => {
      const file = fresh();
      if (file === undefined) return false;
      const grown = statSync(file).size;
      const isWhole = grown === bytes && readFileSync(file, "latin1").endsWith("]}");
      bytes = grown;
      return isWhole;
    });
    return readFileSync(fresh() ?? "", "utf8");
  }

  /** Tells it to end. */
  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  /** Ends it at once, as a crash would. May be called twice. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  #snapshots(): readonly string[] {
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(".heapsnapshot"))
      .map((name) => path.join(this.#folder, name));
  }
}
