import path from "node:path";
import { Secret, silentLog, systemRandom } from "@agentcall/base";
import type { TestClock } from "@agentcall/base/testing";
import type { E164 } from "@agentcall/contract";
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from "@agentcall/control-plane";
import { openRoot, proLicense } from "@agentcall/control-plane/testing";

const adminKey = new Secret("ac_live_0123456789abcdefgh");

/** A control plane alone, with its root key in `root-key` of its folder and no managed key. */
export function startSmall(
  folder: string,
  openaiBaseUrl: string,
  clock: TestClock,
  atFaultPoint?: ControlPlaneOptions["atFaultPoint"],
): Promise<ControlPlane> {
  return startControlPlane({
    dataDir: folder,
    httpPort: 0,
    controlPort: 0,
    controlToken: new Secret("the token of the link"),
    openaiBaseUrl,
    managedKey: null,
    license: proLicense(),
    root: openRoot({ kind: "file", file: rootKeyFileIn(folder), credentialsDir: null }),
    adminKey,
    demoNumber: "+14155550100" as E164,
    model: "gpt-realtime-2.1",
    callsMax: 1,
    consoleUrl: null,
    sqlite: "sqlite3",
    ...(atFaultPoint === undefined ? {} : { atFaultPoint }),
    clock,
    random: systemRandom(),
    log: silentLog,
  });
}

export function rootKeyFileIn(folder: string): string {
  return path.join(folder, "root-key");
}

/** One request as the admin. Rejects when the program ends meanwhile. */
export async function askAs(
  http: string,
  method: string,
  url: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${http}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${adminKey.reveal()}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${url} was answered ${String(response.status)}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}
