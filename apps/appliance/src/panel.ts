import { demoNumber, type RunningAppliance } from "./appliance.ts";

/** What `npm start` prints when everything serves. */
export function panel(appliance: RunningAppliance): string {
  return [
    "",
    "AgentCall appliance, for evaluation: nothing of it listens beyond loopback.",
    "",
    `  API        ${appliance.http}   (${appliance.http}/openapi.json describes it)`,
    `  Admin key  ${appliance.adminKey}`,
    `  SIP        ${appliance.sip}, UDP and TCP`,
    `  Model      ${appliance.provider}`,
    "  Licence    evaluation, plan pro (GET /v1/license)",
    `  Data       ${appliance.dataDir}   (logs in logs/)`,
    "",
    "Try next, in a second terminal:",
    "",
    `  npm run call -- --to ${demoNumber} --out answer.wav`,
    `  curl -H 'Authorization: Bearer ${appliance.adminKey}' ${appliance.http}/v1/calls`,
    "",
    "Ctrl-C ends everything.",
    "",
  ].join("\n");
}

/** The one line for machines. */
export function readyLine(appliance: RunningAppliance): string {
  const { http, sip, adminKey, dataDir } = appliance;
  return JSON.stringify({ event: "ready", http, sip, adminKey, dataDir });
}
