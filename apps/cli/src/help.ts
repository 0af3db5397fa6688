import type { Command } from "./command.ts";

/** What `agentcall --help` says. */
export function helpText(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => usageOf(command).length));
  const lines = commands.map((command) => `  ${usageOf(command).padEnd(width)}  ${command.help}`);
  return `agentcall <command>: an AgentCall appliance from the command line

${lines.join("\n")}

  --json   JSON, also on a terminal; lists give one object a line
  --help   this, or all about one command

The appliance and the key: AGENTCALL_ADDRESS, AGENTCALL_API_KEY, AGENTCALL_FINGERPRINT, or
{ "address", "apiKey", "fingerprint" } in ~/.config/agentcall/config.json (mode 0600).
Secrets are read from standard input, never from arguments.

Exit codes: 0 done, 1 the appliance refused, 2 not understood or not set up, 3 not reached.
`;
}

/** What `agentcall <command> --help` says. */
export function helpOf(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(
    ([name, text]) => `  --${name} <text>   ${text}`,
  );
  return [
    `agentcall ${usageOf(command)}`,
    command.help,
    ...(command.input === undefined ? [] : [`Reads ${command.input}`]),
    ...options,
    "",
  ].join("\n");
}

function usageOf({ words, arguments: names = [] }: Command): string {
  return [words, ...names.map((name) => `<${name}>`)].join(" ");
}
