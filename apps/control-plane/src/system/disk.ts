import { statfs } from "node:fs/promises";
import type { Database } from "../sqlite/database.ts";

export type DiskState = {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** A write has just failed for want of room. */
  readonly isWriteRefused: boolean;
};

const probedBelowBytes = 268_435_456; // with more than 256 MB free no write needs to be tried
const probeBytes = 65_536; // what a frame of events takes in the log

/** The disk of a folder, and whether the database can still write: where room is short it tries. */
export async function diskState(db: Database, folder: string): Promise<DiskState> {
  const { bsize, blocks, bfree, bavail } = await statfs(folder);
  const freeBytes = bavail * bsize;
  // As df(1) reckons: what is kept for the system's own user counts for neither.
  const totalBytes = (blocks - bfree + bavail) * bsize;
  const isWriteRefused = freeBytes < probedBelowBytes && !(await canWrite(db));
  return { totalBytes, freeBytes, isWriteRefused };
}

async function canWrite(db: Database): Promise<boolean> {
  try {
    await db.tx((writer) =>
      writer.run(
        `INSERT INTO disk_probe (id, bytes) VALUES (1, zeroblob(?))
         ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes`,
        probeBytes,
      ),
    );
    return true;
  } catch {
    return false; // whatever the reason: what it says is that nothing is kept
  }
}
