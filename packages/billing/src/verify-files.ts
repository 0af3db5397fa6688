import type { KeyObject } from "node:crypto";
import { readBatchFile, verifyBatch } from "./batch-file.ts";
import { batchHash, type BatchManifest } from "./batch-manifest.ts";

/** A file as it was given, with its name for the report. */
export type NamedFile = { readonly name: string; readonly text: string };

export type FilesVerdict = { readonly genuine: boolean; readonly report: readonly string[] };

type GenuineBatch = { readonly manifest: BatchManifest; readonly hash: string };

/**
 * Verifies batch files in the order given, with nothing but the appliance's public key: signature,
 * chain and sums of each, and that each follows the one before where it is the next of its epoch.
 */
export function verifyFiles(key: KeyObject, files: readonly NamedFile[]): FilesVerdict {
  const report: string[] = [];
  let genuine = true;
  let before: GenuineBatch | null = null;
  for (const { name, text } of files) {
    const read = readGenuine(key, text);
    if (typeof read === "string") {
      report.push(`${name}: NOT GENUINE (${read})`);
      genuine = false;
      before = null;
      continue;
    }
    const { manifest } = read;
    const follows = before === null || isNextOf(manifest, before.manifest, before.hash);
    genuine &&= follows;
    report.push(`${name}: ${follows ? summaryOf(manifest) : "NOT GENUINE (does not follow)"}`);
    before = read;
  }
  return { genuine, report };
}

/** What a file holds, or why it is not believed. */
function readGenuine(key: KeyObject, text: string): GenuineBatch | string {
  const file = readBatchFile(text);
  if (file === null) return "no-manifest";
  const verdict = verifyBatch(key, file.signed, file.lines);
  if (verdict.kind === "refused") return verdict.problem;
  return { manifest: verdict.manifest, hash: batchHash(file.signed.text) };
}

/** A batch that is not the next one of the same epoch has nothing to follow. */
function isNextOf(manifest: BatchManifest, before: BatchManifest, beforeHash: string): boolean {
  const isNext = manifest.epoch === before.epoch && manifest.number === before.number + 1;
  if (!isNext) return true;
  return manifest.previousBatch === beforeHash && manifest.chainBefore === before.chainAfter;
}

function summaryOf(manifest: BatchManifest): string {
  const { applianceId, epoch, number, fromSequence, toSequence, entryCount } = manifest;
  const minutes = (manifest.billedMs / 60_000).toFixed(2);
  const dollars = (manifest.amountMicros / 1_000_000).toFixed(6);
  return [
    "genuine",
    `appliance ${applianceId}, epoch ${String(epoch)}, batch ${String(number)}`,
    `entries ${String(fromSequence)} to ${String(toSequence)} (${String(entryCount)})`,
    `${minutes} billed minutes, $${dollars}`,
  ].join("; ");
}
