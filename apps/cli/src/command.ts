import type { AgentCall } from "agentcall-appliance";

/** What a command shows: a table for people, JSON for programs. */
export type Output =
  | {
      readonly kind: "rows";
      readonly rows: AsyncIterable<object> | Iterable<object>;
      /** Which fields a table shows, in this order; a dot goes into a field. */
      readonly columns: readonly string[];
    }
  | { readonly kind: "value"; readonly value: object }
  | { readonly kind: "file"; readonly response: Response }
  | { readonly kind: "done"; readonly message: string };

/** What was typed behind a command's words. */
export type Given = {
  /** By the names of `Command.arguments`. */
  readonly arguments: Readonly<Record<string, string>>;
  /** By the names of `Command.options`; absent where not given. */
  readonly options: Readonly<Record<string, string>>;
  /** All of standard input, without blanks around it: where secrets come from. */
  readonly readInput: () => Promise<string>;
  /** Ends a command that would go on. */
  readonly signal: AbortSignal;
};

export type Command = {
  /** Such as `numbers list`. */
  readonly words: string;
  readonly arguments?: readonly string[];
  /** Each with a sentence. */
  readonly options?: Readonly<Record<string, string>>;
  readonly help: string;
  /** Said in the help where something is read from standard input. */
  readonly input?: string;
  readonly run: (client: AgentCall, given: Given) => Output | Promise<Output>;
};
