import { demoNumber, type RunningAppliance } from "./appliance.ts";

/** What `npm start` prints when everything serves. */
export function panel(appliance: RunningAppliance): string {
  return [
    "",
    "AgentCall appliance, for evaluation: nothing of it listens beyond loopback.",
    "",
    `  Console    ${appliance.console}`,
    `  API        ${appliance.http}   (${appliance.http}/openapi.json describes it)`,
    `  HTTPS      ${appliance.https}   (its certificate: ${appliance.fingerprintWords.join(" ")})`,
    `  Admin key  ${appliance.adminKey}`,
    `  SIP        ${appliance.sip}, UDP and TCP`,
    `  Model      ${appliance.provider}`,
    "  Licence    evaluation, plan pro (GET /v1/license)",
    `  Data       ${appliance.dataDir}   (logs in logs/)`,
    "",
    ...(appliance.isVaultSealed ? unsealing(appliance) : []),
    "Try next, in a second terminal:",
    "",
    `  npm run call -- --to ${demoNumber} --out answer.wav`,
    `  curl -H 'Authorization: Bearer ${appliance.adminKey}' ${appliance.http}/v1/calls`,
    "",
    "Ctrl-C ends everything.",
    "",
  ].join("\n");
}

function unsealing({ adminKey, http }: RunningAppliance): readonly string[] {
  return [
    "The vault is sealed: calls are answered 503 until it is opened with its passphrase. The first",
    "passphrase that a fresh appliance is given, 12 characters or more, is the one:",
    "",
    "  read -rs PASSPHRASE",
    `  printf '{"passphrase":"%s"}' "$PASSPHRASE" | curl -H 'Authorization: Bearer ${adminKey}' \\`,
    `    -H 'Content-Type: application/json' -d @- ${http}/v1/vault/unseal`,
    "",
  ];
}

/** The one line for machines. */
export function readyLine(appliance: RunningAppliance): string {
  const { http, sip, adminKey, dataDir } = appliance;
  return JSON.stringify({ event: "ready", http, sip, adminKey, dataDir });
}
