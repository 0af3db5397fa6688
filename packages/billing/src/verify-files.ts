import type { KeyObject } from "node:crypto";
import { type BatchVerdict, readBatchFile, verifyBatch } from "./batch-file.ts";
import { batchHash, type BatchManifest } from "./batch-manifest.ts";

/** A file as it was given, with its name for the report. */
export type NamedFile = { readonly name: string; readonly text: string };

export type FilesVerdict = { readonly genuine: boolean; readonly report: readonly string[] };

/**
 * Verifies batch files in the order given, with nothing but the appliance's public key: signature,
 * chain and sums of each, and that each follows the one before where it is the next of its epoch.
 */
export function verifyFiles(key: KeyObject, files: readonly NamedFile[]): FilesVerdict {
  const report: string[] = [];
  let genuine = true;
  let before: { readonly manifest: BatchManifest; readonly hash: string } | null = null;
  for (const { name, text } of files) {
    const file = readBatchFile(text);
    const verdict: BatchVerdict =
      file === null
        ? { kind: "refused", problem: "no-manifest" }
        : verifyBatch(key, file.signed, file.lines);
    if (file === null || verdict.kind === "refused") {
      const problem = verdict.kind === "refused" ? verdict.problem : "no-manifest";
      report.push(`${name}: NOT GENUINE (${problem})`);
      genuine = false;
      before = null;
      continue;
    }
    const { manifest } = verdict;
    const follows = before === null || isNextOf(manifest, before.manifest, before.hash);
    genuine &&= follows;
    report.push(`${name}: ${follows ? summaryOf(manifest) : "NOT GENUINE (does not follow)"}`);
    before = { manifest, hash: batchHash(file.signed.text) };
  }
  return { genuine, report };
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
