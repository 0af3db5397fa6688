import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { rootKeyFromBytes } from "@agentcall/vault";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RootKeyFile } from "./root-key-file.ts";

const one = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-root-"));
  file = path.join(folder, "root-key");
  writeFileSync(file, `${one.toString("hex")}\n`, { mode: 0o600 });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the file of the root key", () => {
  test("is read where its owner alone may use it", () => {
    const keys = RootKeyFile.open(file, null);

    expect(keys.current).toEqual(rootKeyFromBytes(one));
    expect(keys.staged).toBeNull();
  });

  test.each([0o640, 0o604, 0o620, 0o644])("with the mode %o is refused in one sentence", (mode) => {
    chmodSync(file, mode);

    expect(() => RootKeyFile.open(file, null)).toThrow(
      `AGENTCALL_ROOT_KEY_FILE is wrong: others than its owner may use ${file}: give it the mode 0600.`,
    );
  });

  test("may have the mode that systemd gives it, in the unit's own folder only", () => {
    chmodSync(file, 0o440);

    expect(RootKeyFile.open(file, folder).current).toEqual(rootKeyFromBytes(one));
    expect(() => RootKeyFile.open(file, path.dirname(folder))).toThrow(/0600/);
  });

  test.each(["", "0f", "z".repeat(64), "0f".repeat(33)])("with %j in it is refused", (text) => {
    writeFileSync(file, text);

    expect(() => RootKeyFile.open(file, null)).toThrow(/64 hexadecimal digits/);
  });

  test("that is not there is refused", () => {
    rmSync(file);

    expect(() => RootKeyFile.open(file, null)).toThrow(`${file} cannot be read.`);
  });
});

describe("an exchange of the key", () => {
  test("lays the next one beside it, and puts it in its place", () => {
    const keys = RootKeyFile.open(file, null);

    const next = keys.stage(other);

    const interrupted = RootKeyFile.open(file, null);
    expect([interrupted.current, interrupted.staged]).toEqual([rootKeyFromBytes(one), next]);
    keys.promote();
    expect(keys.current).toEqual(rootKeyFromBytes(other));
    expect(RootKeyFile.open(file, null).current).toEqual(rootKeyFromBytes(other));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["root-key"]);
  });

  test("that is given up leaves the first one alone", () => {
    const keys = RootKeyFile.open(file, null);
    keys.stage(other);

    keys.discard();
    keys.promote(); // there is nothing to put in its place

    expect(readFileSync(file, "utf8").trim()).toBe(one.toString("hex"));
    expect(existsSync(`${file}.next`)).toBe(false);
  });

  test("begins anew over what a crash has left half written", () => {
    writeFileSync(`${file}.next.part`, "0f", { mode: 0o600 });
    const keys = RootKeyFile.open(file, null);

    keys.stage(other);

    expect(keys.staged).toEqual(rootKeyFromBytes(other));
  });

  test("is refused where nothing can be written beside the file", () => {
    mkdirSync(`${file}.next.part`); // stands for a folder that is read only
    writeFileSync(path.join(`${file}.next.part`, "x"), "");
    const keys = RootKeyFile.open(file, null);

    expect(() => keys.stage(other)).toThrow(/its folder is not writable/);
  });
});
