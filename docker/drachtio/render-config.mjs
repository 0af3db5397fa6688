// render-config.mjs SECRET-FILE SIP-ADDRESS SIP-PORT OUT: the configuration of drachtio-server.
// What is wrong is one sentence and exit code 2, and nothing is written.
import { readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";

const [secretFile = "", address = "", port = "", out = ""] = process.argv.slice(2);
const secret = readFileSync(secretFile, "utf8").trim();
if (!/^[A-Za-z0-9_-]{16,128}$/.test(secret)) {
  giveUp("The secret of drachtio must be 16 to 128 letters, digits, - or _.");
}
if (isIP(address) === 0) giveUp("The address of SIP must be an IP address of this host.");
if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
  giveUp("The port of SIP must be from 1 to 65535.");
}
const template = readFileSync(new URL("drachtio.conf.xml.in", import.meta.url), "utf8");
const host = isIP(address) === 6 ? `[${address}]` : address;
const text = template
  .replace("@SECRET@", secret)
  .replace("@SIP_ADDRESS@", host)
  .replace("@SIP_PORT@", port);
writeFileSync(out, text, { mode: 0o600 });

function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
