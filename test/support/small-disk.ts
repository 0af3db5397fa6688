import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A disk of a few megabytes in memory (tmpfs), to be filled and emptied. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static mount(megabytes: number): SmallDisk {
    const folder = mkdtempSync(path.join(tmpdir(), "agentcall-disk-"));
    const size = `size=${String(megabytes)}m`;
    execFileSync("mount", ["-t", "tmpfs", "-o", size, "agentcall-test", folder], { stdio: "pipe" });
    return new SmallDisk(folder);
  }

  /** Takes what room there is, to the last byte. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    writeFileSync(this.#ballast, Buffer.alloc(bavail * bsize, 1));
  }

  /** Gives it back. */
  makeRoom(): void {
    rmSync(this.#ballast);
  }

  unmount(): void {
    execFileSync("umount", [this.folder], { stdio: "pipe" });
    rmdirSync(this.folder);
  }

  get #ballast(): string {
    return path.join(this.folder, "ballast");
  }
}

/**
 * Whether this machine lets us mount a disk of our own, which takes root. In continuous integration
 * it has to: there the tests of a full disk fail where they cannot run, elsewhere they are skipped.
 */
export const canMountDisk = process.env["CI"] === "true" || triesToMount();

function triesToMount(): boolean {
  try {
    SmallDisk.mount(1).unmount();
    return true;
  } catch {
    return false; // not root, or a container that may not
  }
}
