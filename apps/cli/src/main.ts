#!/usr/bin/env node
import { homedir } from "node:os";
import { text } from "node:stream/consumers";
import { runCli } from "./cli.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => {
  interrupted.abort();
});

process.exitCode = await runCli(process.argv.slice(2), {
  environment: process.env,
  homeDir: homedir(),
  readInput: async () => (await text(process.stdin)).trim(),
  print: (piece) => {
    process.stdout.write(piece);
  },
  complain: (line) => {
    process.stderr.write(`${line}\n`);
  },
  isTerminal: process.stdout.isTTY,
  signal: interrupted.signal,
});
