import { readFileSync } from "node:fs";
import { AppError, type Log, Secret } from "@agentcall/base";

/** What a program is once it serves. */
export type Served = {
  /** Told to the supervisor beside `event: "ready"`. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly log: Log;
  /**
   * On SIGTERM, before it is closed: takes nothing new and resolves when what is under way is done.
   * A second signal does not wait for it.
   */
  drain?(): Promise<void>;
  /** Ends it cleanly; may be called once. */
  close(): Promise<void>;
};

/** One process of the appliance. */
export type Program<Settings extends object> = {
  /** The settings, or one sentence that says which is wrong. */
  readSettings(environment: Readonly<Record<string, string | undefined>>): Settings | string;
  /** Resolves when it serves. An `AppError` is told to the admin in its own words. */
  start(settings: Settings): Promise<Served>;
};

const wrongSettingCode = 2;
const failedCode = 1;

/**
 * Runs a program as the supervisor wants it: settings from the environment, `ready` over IPC when
 * it serves, a clean end on SIGTERM (what is under way first), on Ctrl-C, and when the supervisor is gone. A wrong setting is
 * one sentence and exit code 2; what cannot be started is one sentence and exit code 1.
 */
export async function runProgram<Settings extends object>(
  program: Program<Settings>,
): Promise<void> {
  const settings = program.readSettings(process.env);
  if (typeof settings === "string") {
    giveUp(settings, wrongSettingCode);
    return;
  }
  try {
    const served = await program.start(settings);
    endOnSignals(served);
    process.send?.({ event: "ready", ...served.ready });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What shows only at the start that a setting is wrong, such as a key that opens nothing.
    giveUp(error.message, error.code === "wrong-setting" ? wrongSettingCode : failedCode);
  }
}

/** The secret that a file holds, or null where none can be read: the setting that named it tells. */
export function readSecretFile(path: string): Secret | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? null : new Secret(text);
  } catch {
    return null;
  }
}

function endOnSignals(served: Served): void {
  const { log } = served;
  let stage: "serving" | "draining" | "ending" = "serving";
  const end = (reason: string): void => {
    if (stage === "ending") return;
    stage = "ending";
    log.info({ reason }, "the program is being ended");
    served.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "the program could not be ended cleanly");
        process.exit(failedCode);
      },
    );
  };
  process.on("SIGTERM", () => {
    if (served.drain === undefined || stage !== "serving") {
      end("SIGTERM");
      return;
    }
    stage = "draining";
    served.drain().then(
      () => {
        end("SIGTERM");
      },
      (error: unknown) => {
        log.error({ err: error }, "what was under way could not be waited for");
        end("SIGTERM");
      },
    );
  });
  process.on("SIGINT", () => {
    end("SIGINT");
  });
  process.on("disconnect", () => {
    end("the supervisor is gone");
  });
}

function giveUp(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
  if (process.connected) process.disconnect();
}
