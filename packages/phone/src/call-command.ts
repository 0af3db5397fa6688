import path from "node:path";
import { parseArgs } from "node:util";
import { parseAddress } from "./evaluation.ts";

/** What `npm run call` was asked to do. */
export type CallCommand = {
  readonly to: string;
  readonly from: string | null;
  /** A recording to play; null plays the bundled question. */
  readonly wav: string | null;
  readonly out: string | null;
  /** Null calls the appliance that `npm start` runs. */
  readonly sip: { readonly host: string; readonly port: number } | null;
  readonly transport: "udp" | "tcp";
  readonly dataDir: string;
};

export const usage = [
  "npm run call -- --to +14155550100 [--wav question.wav] [--out answer.wav]",
  "",
  "  --to         the number to call",
  "  --from       the caller's number",
  "  --wav        what to say: WAV, mono, 8 or 16 kHz PCM or G.711 (a bundled question without it)",
  "  --out        where to write what was heard, as WAV",
  "  --transport  udp (default) or tcp",
  "  --sip        host:port of another SIP server on this machine",
].join("\n");

const e164 = /^\+[1-9]\d{6,14}$/;

/** Reads the command line, or says in one sentence what is wrong with it. */
export function parseCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CallCommand | string {
  const values = readOptions(words);
  if (typeof values === "string") return values;
  const { to, from, wav, out, sip, transport } = values;
  if (to === undefined || !e164.test(to)) {
    return "--to must be a number such as +14155550100.";
  }
  if (from !== undefined && !e164.test(from)) {
    return "--from must be a number such as +14155550199.";
  }
  if (transport !== "udp" && transport !== "tcp") return "--transport must be udp or tcp.";
  const address = sip === undefined ? null : parseAddress(sip);
  if (sip !== undefined && address === null) {
    return "--sip must be an address and a port, such as 127.0.0.1:5060.";
  }
  const workingDir = environment["AGENTCALL_WORKING_DIR"] ?? ".";
  const at = (file: string | undefined): string | null =>
    file === undefined ? null : path.resolve(workingDir, file);
  return {
    to,
    from: from ?? null,
    wav: at(wav),
    out: at(out),
    sip: address,
    transport,
    dataDir: path.resolve(workingDir, environment["AGENTCALL_DATA_DIR"] ?? "data"),
  };
}

type Options = Readonly<
  Record<"to" | "from" | "wav" | "out" | "sip" | "transport", string | undefined>
>;

function readOptions(words: readonly string[]): Options | string {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        to: text,
        from: text,
        wav: text,
        out: text,
        sip: text,
        transport: { type: "string", default: "udp" },
      },
    });
    return {
      to: undefined,
      from: undefined,
      wav: undefined,
      out: undefined,
      sip: undefined,
      ...values,
    };
  } catch (error) {
    return error instanceof Error ? error.message : "The command line cannot be read.";
  }
}
