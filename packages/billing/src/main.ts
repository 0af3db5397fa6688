import { readFileSync } from "node:fs";
import path from "node:path";
import { parsePublicKey } from "./signature.ts";
import { verifyFiles } from "./verify-files.ts";

const usage = "npm run verify-export -- --key PUBLIC-KEY.pem FILE… (in the order of their numbers)";

process.exitCode = main(process.argv.slice(2));

/** 0: all genuine. 1: not. 2: it could not be tried. */
function main(given: readonly string[]): number {
  const [flag, keyFile, ...names] = given;
  if (flag !== "--key" || keyFile === undefined || names.length === 0) return complain(usage);
  const keyText = read(keyFile);
  if (keyText === null) return complain(`${keyFile} cannot be read.`);
  const key = parsePublicKey(keyText.trim());
  if (key === null) return complain(`${keyFile} holds no Ed25519 public key.`);
  const files = names.map((name) => ({ name, text: read(name) }));
  const missing = files.find(({ text }) => text === null);
  if (missing !== undefined) return complain(`${missing.name} cannot be read.`);
  const verdict = verifyFiles(
    key,
    files.map(({ name, text }) => ({ name, text: text ?? "" })),
  );
  for (const line of verdict.report) process.stdout.write(`${line}\n`);
  return verdict.genuine ? 0 : 1;
}

/** Names are meant from where the user stands. */
function read(name: string): string | null {
  const from = process.env["AGENTCALL_WORKING_DIR"] ?? process.cwd();
  try {
    return readFileSync(path.resolve(from, name), "utf8");
  } catch {
    return null;
  }
}

function complain(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 2;
}
