import { spawn } from "node:child_process";
import { once } from "node:events";
import { AppError, type Secret } from "@agentcall/base";
import { pairingCreatedSchema } from "@agentcall/contract";

const codeValidMinutes = 1_440; // the panel stays on the screen all day

/** Builds the page where it is older than its sources: some seconds, at the first start. */
export async function buildConsolePage(buildScript: string): Promise<void> {
  const child = spawn(process.execPath, [buildScript, "--if-stale", "renderer"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return;
  throw new AppError(
    "program-failed",
    `The console's page could not be built: ${complaint.trim()}`,
  );
}

/** A code for the panel, so that the one who started the appliance can pair a console at once. */
export async function pairingCode(http: string, adminKey: Secret): Promise<string> {
  const answer = await fetch(`${http}/v1/pairing`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${adminKey.reveal()}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ validMinutes: codeValidMinutes }),
  });
  return pairingCreatedSchema.parse(await answer.json()).code;
}
