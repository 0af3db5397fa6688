import type { KeyObject } from "node:crypto";
import { type BatchProblem, checkEvents } from "./batch-events.ts";
import {
  type BatchManifest,
  isManifestSignedBy,
  parseManifest,
  type SignedManifest,
} from "./batch-manifest.ts";
import type { UsageEvent } from "./usage-event.ts";

/** What a look at a batch has shown. */
export type BatchVerdict =
  | {
      readonly kind: "genuine";
      readonly manifest: BatchManifest;
      readonly events: readonly UsageEvent[];
    }
  | { readonly kind: "refused"; readonly problem: BatchProblem | "no-manifest" | "not-signed" };

/**
 * A batch as a file: the signed manifest in the first line, then one event a line. It carries the
 * very bytes that a request carries, so that a batch that comes by both roads is one.
 */
export function writeBatchFile(signed: SignedManifest, lines: readonly string[]): string {
  const head = JSON.stringify({ manifest: signed.text, signature: signed.signature });
  return `${[head, ...lines].join("\n")}\n`;
}

/** The parts of a file, or null where its first line is no signed manifest. */
export function readBatchFile(
  text: string,
): { readonly signed: SignedManifest; readonly lines: readonly string[] } | null {
  const [head = "", ...lines] = text.replace(/\r?\n$/, "").split(/\r?\n/);
  const signed = parseSigned(head);
  return signed === null ? null : { signed, lines };
}

/** Checks signature, chain and sums of a batch with nothing but the signer's public key. */
export function verifyBatch(
  key: KeyObject,
  signed: SignedManifest,
  lines: readonly string[],
): BatchVerdict {
  const manifest = parseManifest(signed.text);
  if (manifest === null) return { kind: "refused", problem: "no-manifest" };
  if (!isManifestSignedBy(key, signed)) return { kind: "refused", problem: "not-signed" };
  const events = checkEvents(manifest, lines);
  return typeof events === "string"
    ? { kind: "refused", problem: events }
    : { kind: "genuine", manifest, events };
}

function parseSigned(line: string): SignedManifest | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return null;
    if (!("manifest" in value) || !("signature" in value)) return null;
    const { manifest, signature } = value;
    if (typeof manifest !== "string" || typeof signature !== "string") return null;
    return { text: manifest, signature };
  } catch {
    return null; // not JSON
  }
}
