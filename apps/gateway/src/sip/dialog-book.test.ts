import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { silentLog } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DialogBook } from "./dialog-book.ts";

const first = "call_1" as CallId;
const second = "call_2" as CallId;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-dialogs-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("DialogBook", () => {
  test("gives the next life the dialogs that were not ended, once", () => {
    const book = DialogBook.open(folder, silentLog);
    book.add(first, "dialog-1");
    book.add(second, "dialog-2");
    book.remove(first);

    const next = DialogBook.open(folder, silentLog);

    expect(next.takeFormer()).toEqual(["dialog-2"]);
    expect(next.takeFormer()).toEqual([]);
    expect(DialogBook.open(folder, silentLog).takeFormer()).toEqual([]);
  });

  test("has nothing of its own life to hang up", () => {
    const book = DialogBook.open(folder, silentLog);
    book.add(first, "dialog-1");

    expect(book.takeFormer()).toEqual([]);
  });

  test("lets a call go on whose line cannot be written", () => {
    const book = DialogBook.open(folder, silentLog);
    rmSync(path.join(folder, "dialogs"), { recursive: true });

    expect(() => {
      book.add(first, "dialog-1");
      book.remove(first);
    }).not.toThrow();
  });
});
