import { AgentCall, AgentCallConnectionError, AgentCallError } from "agentcall-appliance";
import { PinMismatchError, pinnedFetch } from "agentcall-appliance/node";
import { parseArgs } from "node:util";
import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { type Connection, readConnection } from "./connection.ts";
import { helpOf, helpText } from "./help.ts";
import { printOutput } from "./print-output.ts";

/** Where the program runs. */
export type Surroundings = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly readInput: () => Promise<string>;
  readonly print: (piece: string | Uint8Array) => void;
  readonly complain: (line: string) => void;
  /** A person reads, not a program. */
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
};

const exitCodes = {
  done: 0,
  /** The appliance said no: its code and its sentence are told. */
  refused: 1,
  /** The command was not understood, or no appliance is set. */
  usage: 2,
  /** The appliance was not reached, or shows another certificate than the pinned one. */
  unreachable: 3,
} as const;

/** Keys of OpenAI and of appliances: in an argument everybody on the machine can read them. */
const keyForm = /^(sk-|ac_live_)/;

/** Runs one command line. Resolves with the exit code. */
export async function runCli(words: readonly string[], around: Surroundings): Promise<number> {
  if (words.some((word) => keyForm.test(word.replace(/^--?\w+=/, "")))) {
    around.complain(
      "A key in an argument is seen by everybody on this machine, and is kept in the shell's history. Give it by standard input, and replace this one.",
    );
    return exitCodes.usage;
  }
  const typed = parse(words);
  if (typed.kind === "help") {
    around.print(typed.text);
    return exitCodes.done;
  }
  if (typed.kind === "wrong") {
    around.complain(`${typed.problem} See agentcall --help.`);
    return exitCodes.usage;
  }
  const connection = readConnection(around.environment, around.homeDir);
  if (typeof connection === "string") {
    around.complain(connection);
    return exitCodes.usage;
  }
  return run(typed, connection, around);
}

type Typed =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly problem: string }
  | {
      readonly kind: "command";
      readonly command: Command;
      readonly arguments: Readonly<Record<string, string>>;
      readonly options: Readonly<Record<string, string>>;
      readonly asJson: boolean;
    };

function parse(words: readonly string[]): Typed {
  const command = commands
    .filter((each) => each.words.split(" ").every((word, at) => words[at] === word))
    .sort((one, other) => other.words.length - one.words.length)[0];
  const wantsHelp = words.length === 0 || words.includes("--help") || words.includes("-h");
  if (wantsHelp) {
    return { kind: "help", text: command === undefined ? helpText(commands) : helpOf(command) };
  }
  if (command === undefined)
    return { kind: "wrong", problem: `There is no command "${words.join(" ")}".` };
  return parseRest(command, words.slice(command.words.split(" ").length));
}

function parseRest(command: Command, words: readonly string[]): Typed {
  const names = command.arguments ?? [];
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        ...Object.fromEntries(
          Object.keys(command.options ?? {}).map((name) => [name, { type: "string" as const }]),
        ),
      },
    });
    if (positionals.length !== names.length) {
      const wanted =
        names.length === 0 ? "no arguments" : names.map((name) => `<${name}>`).join(" ");
      return { kind: "wrong", problem: `"${command.words}" takes ${wanted}.` };
    }
    return {
      kind: "command",
      command,
      arguments: Object.fromEntries(names.map((name, at) => [name, positionals[at] ?? ""])),
      options: Object.fromEntries(
        Object.entries(values).flatMap(([name, value]) =>
          typeof value === "string" ? [[name, value]] : [],
        ),
      ),
      asJson: values.json === true,
    };
  } catch (error) {
    return { kind: "wrong", problem: error instanceof Error ? error.message : String(error) };
  }
}

async function run(
  typed: Extract<Typed, { kind: "command" }>,
  { address, apiKey, fingerprint }: Connection,
  around: Surroundings,
): Promise<number> {
  const client = new AgentCall({
    baseUrl: address,
    apiKey,
    ...(fingerprint === null ? {} : { fetch: pinnedFetch({ fingerprint }) }),
  });
  try {
    const output = await typed.command.run(client, { ...typed, ...around });
    await printOutput(output, { ...around, asJson: typed.asJson || !around.isTerminal });
    return exitCodes.done;
  } catch (error) {
    return told(error, around);
  }
}

function told(error: unknown, { complain }: Surroundings): number {
  if (error instanceof AgentCallError) {
    const fields = error.details["fields"];
    complain(`${error.code}: ${error.message}${error.reason === null ? "" : ` (${error.reason})`}`);
    if (fields !== undefined) complain(JSON.stringify(fields));
    return exitCodes.refused;
  }
  if (error instanceof AgentCallConnectionError) {
    const { cause } = error;
    complain(cause instanceof PinMismatchError ? cause.message : "The appliance gave no answer.");
    return exitCodes.unreachable;
  }
  throw error;
}
