import { readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Which appliance is talked to, and as whom. */
export type Connection = {
  readonly address: string;
  readonly apiKey: string;
  /** SHA-256 of the appliance's authority; null believes the system's authorities. */
  readonly fingerprint: string | null;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * From AGENTCALL_ADDRESS, AGENTCALL_API_KEY and AGENTCALL_FINGERPRINT, else from the file of
 * AGENTCALL_CONFIG or `~/.config/agentcall/config.json`: `{ "address", "apiKey", "fingerprint"? }`.
 * A file that others may read is refused. Returns a sentence where something is missing or wrong.
 */
export function readConnection(environment: Environment, homeDir: string): Connection | string {
  const file =
    environment["AGENTCALL_CONFIG"] ?? path.join(homeDir, ".config/agentcall/config.json");
  const kept = readFile(file);
  if (typeof kept === "string") return kept;
  const address = environment["AGENTCALL_ADDRESS"] ?? kept["address"];
  const apiKey = environment["AGENTCALL_API_KEY"] ?? kept["apiKey"];
  const fingerprint = environment["AGENTCALL_FINGERPRINT"] ?? kept["fingerprint"] ?? null;
  if (address === undefined || apiKey === undefined) {
    return `Set AGENTCALL_ADDRESS and AGENTCALL_API_KEY, or write { "address": "https://…:8443", "apiKey": "ac_live_…" } to ${file} (mode 0600).`;
  }
  return URL.canParse(address)
    ? { address, apiKey, fingerprint }
    : `The address "${address}" is none: it must be such as https://agentcall.example.com:8443.`;
}

const othersBits = 0o077;

function readFile(file: string): Readonly<Record<string, string>> | string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return {};
  if ((found.mode & othersBits) !== 0) {
    return `${file} holds a key and may be read by others: chmod 600 ${file}`;
  }
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof parsed !== "object" || parsed === null) return `${file} is no JSON object.`;
    const texts = Object.entries(parsed).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return Object.fromEntries(texts);
  } catch {
    return `${file} is no JSON.`;
  }
}
