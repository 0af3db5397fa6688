import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "../..");
const readySchema = z.object({
  event: z.literal("ready"),
  http: z.url(),
  sip: z.string(),
  adminKey: z.string(),
  dataDir: z.string(),
});

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** `npm start -- --json` as its user starts it, in a data folder of its own and on free ports. */
export class RunningAppliance {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  readonly ready: z.infer<typeof readySchema>;

  private constructor(
    child: ChildProcess,
    ended: Promise<Ended>,
    ready: z.infer<typeof readySchema>,
  ) {
    this.#child = child;
    this.#ended = ended;
    this.ready = ready;
  }

  static async start(
    folder: string,
    environment: Record<string, string> = {},
  ): Promise<RunningAppliance> {
    const { child, ended } = npmStart({ AGENTCALL_DATA_DIR: folder, ...environment });
    const line = await Promise.race([firstLine(child), ended]);
    if (typeof line !== "string") throw new Error(`it did not start: ${line.stderr}`);
    return new RunningAppliance(child, ended, readySchema.parse(JSON.parse(line)));
  }

  /** Ctrl-C. */
  interrupt(): Promise<Ended> {
    this.#child.kill("SIGINT");
    return this.#ended;
  }

  async ask(url: string): Promise<unknown> {
    const response = await fetch(`${this.ready.http}${url}`, {
      headers: { authorization: `Bearer ${this.ready.adminKey}` },
    });
    return response.json();
  }
}

/** Starts it and waits for its end: for starts that fail. */
export function startThatEnds(environment: Record<string, string>): Promise<Ended> {
  return npmStart(environment).ended;
}

/** Runs `npm run call` with these words. */
export function runCall(
  words: readonly string[],
  environment: Record<string, string>,
): Promise<Ended> {
  return runBootstrap(["call", ...words], environment).ended;
}

export function freshFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "agentcall-appliance-"));
  return {
    path: folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function npmStart(environment: Record<string, string>): ReturnType<typeof runBootstrap> {
  return runBootstrap(["start", "--json"], {
    AGENTCALL_HTTP_PORT: "0",
    AGENTCALL_SIP_PORT: "0",
    AGENTCALL_RTP_PORTS: "31000-31999",
    ...environment,
  });
}

function runBootstrap(
  words: readonly string[],
  environment: Record<string, string>,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ["installer/bootstrap.mjs", ...words], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, ended };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}
