import { readFileSync } from "node:fs";
import path from "node:path";
import { Secret } from "@agentcall/base";
import { z } from "zod";

/** Where an appliance that `npm start` runs is to be found. */
export type Evaluation = {
  readonly http: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly adminKey: Secret;
};

const fileSchema = z.object({
  http: z.url(),
  sip: z.string().regex(/^\[?[\d.a-f:]+\]?:\d+$/i),
  adminKey: z.string(),
});

/** Reads what `npm start` has left in its data folder; null where no appliance runs. */
export function readEvaluation(dataDir: string): Evaluation | null {
  const text = readText(path.join(dataDir, "evaluation.json"));
  if (text === null) return null;
  const parsed = fileSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return null;
  const { http, sip, adminKey } = parsed.data;
  const address = parseAddress(sip);
  return address === null ? null : { http, sip: address, adminKey: new Secret(adminKey) };
}

/** `host:port`, or null. */
export function parseAddress(text: string): { host: string; port: number } | null {
  const found = /^(\[[\da-f:.]+\]|[\d.]+):(\d{1,5})$/i.exec(text);
  const port = Number(found?.[2]);
  const host = (found?.[1] ?? "").replace(/^\[|\]$/g, "");
  return found === null || port < 1 || port > 65_535 ? null : { host, port };
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null; // no appliance has been started there
  }
}
