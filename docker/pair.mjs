// A pairing code for a console, and the words by which a person knows the appliance's certificate.
import { readFileSync } from "node:fs";

const port = process.env["AGENTCALL_HTTP_PORT"] ?? "8080";
const keyFile = process.env["AGENTCALL_ADMIN_KEY_FILE"] ?? "";
const key = readFileSync(keyFile, "utf8").trim();
const answer = await fetch(`http://127.0.0.1:${port}/v1/pairing`, {
  method: "POST",
  headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  body: "{}",
});
if (!answer.ok) {
  process.stderr.write(`The control plane makes no pairing code: HTTP ${String(answer.status)}.\n`);
  process.exit(1);
}
const { code, expiresAt, fingerprintWords } = await answer.json();
process.stdout.write(`Pairing code: ${code} (until ${expiresAt})\n`);
if (fingerprintWords !== null) {
  process.stdout.write(`Fingerprint words: ${fingerprintWords.join(" ")}\n`);
}
