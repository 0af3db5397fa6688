import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { constants, mkdirSync } from "node:fs";
import path from "node:path";
import { type Clock, delay, type Log } from "@agentcall/base";
import { type CallEvent, callEventSchema } from "@agentcall/contract";

const fileName = "events.jsonl";
// A day of calls with their turns while the control plane is away. Beyond it new calls are refused:
// a call that leaves no record would be worse than one that is not taken.
const eventsMax = 50_000;
// Rewritten when acknowledged lines are most of the file, and not for a few of them.
const rewriteLinesMin = 2_000;

/**
 * How long after a write what comes waits, to share the next one: a write on disk costs the same
 * for one line as for many, and 200 calls bring 70 lines a second. A crash loses so much more of
 * what nobody has been told yet; an event is sent, and its promise kept, only when it is on disk.
 */
export const spoolGatherMs = 50;

type Gathering = { readonly clock: Clock; readonly gatherMs: number };

// O_DSYNC: a write is done when it is on disk (open(2)). One call to the thread pool keeps an event
// where a write and an fdatasync were two.
const { O_WRONLY, O_APPEND, O_CREAT, O_TRUNC, O_DSYNC } = constants;
const appending = O_WRONLY | O_APPEND | O_CREAT | O_DSYNC;

type Line =
  | { readonly event: CallEvent }
  /** The record a call would have if we died now: sent as its end, should we die. */
  | { readonly draft: CallEvent }
  | { readonly done: readonly string[] };

type Write = {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Call events on disk until the control plane has acknowledged them.
 *
 * One file of JSON lines, on disk before anything is sent; several appends that come while one is
 * being written, or shortly after, share the next. What a full disk did not take is kept in memory,
 * and the file is written anew as soon as there is room. A last line torn by a crash is left out. What a former
 * life kept as drafts becomes the end of those calls.
 */
export class Spool {
  readonly #folder: string;
  readonly #log: Log;
  readonly #gathering: Gathering;
  readonly #closing = new AbortController();
  readonly #pending = new Map<string, CallEvent>();
  readonly #drafts = new Map<string, CallEvent>();
  #file: FileHandle;
  #writes: Write[] = [];
  readonly #acknowledged: string[] = [];
  #writing: Promise<void> | null = null;
  #lineCount = 0;
  /** A write failed: the file lacks events that are pending, and may end in half a line. */
  #isBehind = false;
  #closed = false;

  private constructor(folder: string, log: Log, gathering: Gathering, file: FileHandle) {
    this.#folder = folder;
    this.#log = log;
    this.#gathering = gathering;
    this.#file = file;
  }

  /** Opens the spool of a folder, which is made where it is missing. */
  static async open(folder: string, log: Log, gathering: Gathering): Promise<Spool> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, fileName);
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (isMissing(error)) return "";
      throw error;
    });
    const spool = new Spool(folder, log, gathering, await open(file, appending, 0o600));
    spool.#replay(text);
    await spool.#rewrite();
    return spool;
  }

  /** Events that the control plane has not acknowledged, oldest first. */
  get pending(): readonly CallEvent[] {
    return [...this.#pending.values()];
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  get isFull(): boolean {
    return this.#pending.size >= eventsMax;
  }

  /** Resolves when the event is on disk. An end takes the place of its call's draft. */
  append(event: CallEvent): Promise<void> {
    this.#take({ event });
    return this.#write({ event });
  }

  /** Keeps what is to be told of a call should we die before its end; the newest counts. */
  keepDraft(event: CallEvent): Promise<void> {
    this.#take({ draft: event });
    return this.#write({ draft: event }).then(() => this.#rewriteWhenMostlyOld());
  }

  /**
   * The control plane has these for good. Unknown ids are left alone. It is written with the next
   * event: what a crash forgets of it is sent again, and changes nothing at the other end.
   */
  async acknowledge(eventIds: readonly string[]): Promise<void> {
    const known = eventIds.filter((eventId) => this.#pending.has(eventId));
    if (known.length === 0) return;
    this.#take({ done: known });
    this.#acknowledged.push(...known);
    await this.#rewriteWhenMostlyOld();
  }

  /** Waits for what is being written. May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort();
    while (this.#writing !== null) await this.#writing;
    if (this.#acknowledged.length > 0) await appendWhole(this.#file, this.#acknowledgedLine());
    await this.#file.close();
  }

  #take(line: Line): void {
    if ("event" in line) {
      this.#pending.set(line.event.eventId, line.event);
      if (line.event.kind === "call.ended") this.#drafts.delete(line.event.callId);
    } else if ("draft" in line) {
      this.#drafts.set(line.draft.callId, line.draft);
    } else {
      for (const eventId of line.done) this.#pending.delete(eventId);
    }
  }

  #replay(text: string): void {
    let unreadable = 0;
    for (const lineText of text.split("\n")) {
      if (lineText === "") continue;
      const line = parseLine(lineText);
      if (line === null) unreadable += 1;
      else this.#take(line);
    }
    // The last line may have been torn; more than one is worth a look.
    if (unreadable > 0)
      this.#log.warn({ lines: unreadable }, "the spool had lines that could not be read");
    for (const draft of this.#drafts.values()) this.#pending.set(draft.eventId, draft);
    this.#drafts.clear();
  }

  #write(line: Line): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("the spool is closed"));
    return new Promise((resolve, reject) => {
      const before = this.#acknowledged.length === 0 ? "" : this.#acknowledgedLine();
      this.#writes.push({ text: `${before}${JSON.stringify(line)}\n`, resolve, reject });
      this.#lineCount += 1;
      this.#writing ??= this.#writeAll();
    });
  }

  /** What was acknowledged and not written yet, as a line; it counts as written. */
  #acknowledgedLine(): string {
    const line: Line = { done: this.#acknowledged.splice(0) };
    this.#lineCount += 1;
    return `${JSON.stringify(line)}\n`;
  }

  async #writeAll(): Promise<void> {
    while (this.#writes.length > 0) {
      const writes = this.#writes;
      this.#writes = [];
      try {
        if (this.#isBehind)
          await this.#rewrite(); // these events are among the pending ones already
        else await appendWhole(this.#file, writes.map((write) => write.text).join(""));
        this.#isBehind = false;
        for (const write of writes) write.resolve();
      } catch (error) {
        this.#isBehind = true;
        for (const write of writes) write.reject(error);
      }
      await this.#gather();
    }
    this.#writing = null;
  }

  /** Lets some time pass in which more may come; none when the spool is being closed. */
  async #gather(): Promise<void> {
    const { clock, gatherMs } = this.#gathering;
    if (gatherMs === 0) return;
    await delay(clock, gatherMs, this.#closing.signal).catch(() => undefined);
  }

  async #rewriteWhenMostlyOld(): Promise<void> {
    if (!this.#isMostlyOld()) return;
    while (this.#writing !== null) await this.#writing;
    if (this.#closed || !this.#isMostlyOld()) return;
    this.#writing = this.#rewrite()
      .catch((error: unknown) => {
        // The old file is still whole; the next acknowledgement tries again.
        this.#log.warn({ err: error }, "the spool could not be rewritten");
      })
      .then(() => this.#writeAll());
    await this.#writing;
  }

  #isMostlyOld(): boolean {
    const current = this.#pending.size + this.#drafts.size;
    return this.#lineCount >= rewriteLinesMin && this.#lineCount >= 4 * current;
  }

  /** Writes the file anew with what still counts, beside the old one, and puts it in its place. */
  async #rewrite(): Promise<void> {
    this.#acknowledged.length = 0; // they are not in the new file at all
    const lines: Line[] = [
      ...[...this.#pending.values()].map((event) => ({ event })),
      ...[...this.#drafts.values()].map((draft) => ({ draft })),
    ];
    const target = path.join(this.#folder, fileName);
    const file = await open(`${target}.new`, appending | O_TRUNC, 0o600);
    try {
      await appendWhole(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      await file.sync();
      await rename(`${target}.new`, target);
    } catch (error) {
      await file.close();
      await rm(`${target}.new`, { force: true }); // on a full disk it takes the last room
      throw error;
    }
    await syncFolder(this.#folder);
    await this.#file.close();
    this.#file = file;
    this.#lineCount = lines.length;
  }
}

/** The system may take less than all of it at once. */
async function appendWhole(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text, "utf8");
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

function parseLine(text: string): Line | null {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return null;
  if ("done" in value) return isTexts(value.done) ? { done: value.done } : null;
  const isDraft = "draft" in value;
  const event = callEventSchema.safeParse(isDraft ? value.draft : "event" in value && value.event);
  if (!event.success) return null;
  return isDraft ? { draft: event.data } : { event: event.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // torn
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** A rename is only on disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
