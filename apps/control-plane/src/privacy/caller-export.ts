import { PassThrough, pipeline, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { AppError, type Clock, type Log } from "@agentcall/base";
import type { CallerFile, CallerManifest } from "@agentcall/contract";
import { ZipFile } from "yazl";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";
import type { CallerData, Subject } from "./caller-data.ts";
import { ChecksumStream } from "./checksum.ts";

export type CallerExportOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly data: CallerData;
  readonly clock: Clock;
  readonly log: Log;
};

/** A zip on its way, and who ends it. */
type Sending = { readonly zip: ZipFile; readonly exportedAt: Date; readonly signal: AbortSignal };

const atOnceMax = 2; // each reads recordings from the disk as fast as its receiver takes them

/** One caller's data as a zip, made while it is sent: no more than a piece of it is in memory. */
export class CallerExport {
  readonly #options: CallerExportOptions;
  #running = 0;

  constructor(options: CallerExportOptions) {
    this.#options = options;
  }

  /** The zip; its last file is the manifest, with a checksum of each other. Throws `conflict`. */
  async open(subject: Subject, actor: Actor): Promise<Readable> {
    const { db, audit, clock, log } = this.#options;
    if (this.#running >= atOnceMax) {
      throw new AppError("conflict", "Other exports are being made: try again when they are done.");
    }
    await db.tx((writer) =>
      audit.append(writer, actor, "contact.exported", subject.contactId ?? "no-contact"),
    );
    this.#running += 1;
    const zip = new ZipFile();
    const output = new PassThrough();
    const gone = new AbortController();
    pipeline(Readable.from(zip.outputStream), output, () => {
      this.#running -= 1;
      gone.abort();
    });
    const sending = { zip, exportedAt: new Date(clock.nowMs()), signal: gone.signal };
    this.#fill(subject, sending).catch((error: unknown) => {
      if (!gone.signal.aborted) log.error({ err: error }, "an export of a caller broke off");
      output.destroy();
    });
    return output;
  }

  async #fill(subject: Subject, sending: Sending): Promise<void> {
    const { data } = this.#options;
    const callIds = await data.callIds(subject);
    const files: CallerFile[] = [];
    for (const { path, open } of data.files(subject, callIds)) {
      const content = await open();
      if (content !== null) files.push(await addFile(sending, path, content));
    }
    const manifest: CallerManifest = {
      format: "agentcall-caller/1",
      ...subject,
      exportedAt: sending.exportedAt.toISOString(),
      callIds: [...callIds],
      files,
    };
    await addFile(sending, "manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
    sending.zip.end();
  }
}

/** Resolves when all of it is in the zip; rejects when nobody takes the zip any more. */
async function addFile(
  { zip, exportedAt, signal }: Sending,
  path: string,
  content: string | Readable,
): Promise<CallerFile> {
  const source = typeof content === "string" ? Readable.from([Buffer.from(content)]) : content;
  const passing = new ChecksumStream();
  const passed = finished(passing, { signal });
  pipeline(source, passing, (error) => {
    if (error) passing.destroy(error); // told by `passed`
  });
  const compress = typeof content === "string"; // sound grows no smaller
  zip.addReadStream(passing, path, { mtime: exportedAt, compress });
  try {
    await passed;
  } catch (error) {
    passing.destroy();
    source.destroy();
    throw error;
  }
  return { path, ...passing.checksum() };
}
