import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { systemClock, systemRandom } from "@agentcall/base";
import { Phone, type PhoneCall } from "@agentcall/phone";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "../support/eventually.ts";
import { formsOf } from "../support/key-forms.ts";
import { freshFolder, RunningAppliance } from "../support/running-appliance.ts";

const mark = "surfacemark0001";
const goodKey = `sk-proj-practice-good-${mark}`;
const folder = freshFolder();

let appliance: RunningAppliance;

afterEach(async () => {
  await appliance.interrupt();
  folder.remove();
});

test("a key is in no file, log, event, answer or audit, whatever is done with it and though a gateway is killed in its call", async () => {
  appliance = await RunningAppliance.start(folder.path, { AGENTCALL_LOG_LEVEL: "trace" });
  const events = await listen();
  const answers = await useEveryEndpoint();
  const phone = await openPhone();

  const killed = await answered(phone);
  process.kill(gatewayPid(), "SIGKILL");
  await eventually("the gateway is back", () =>
    events.some((text) => text.includes("gateway_lost")),
  );
  await eventuallyAnswers(phone);
  await phone.hangUpAll();
  answers.push(await ask("GET", `/v1/calls/${killed.callId ?? ""}`), await ask("GET", "/v1/calls"));
  await ask("DELETE", `/v1/numbers/${await numberId()}/byok/key`);
  answers.push(await ask("GET", "/v1/audit?limit=100"));

  expect(answers.at(-1)).toContain("byok-key.opened");
  for (const form of formsOf(goodKey)) {
    for (const text of [...answers, ...events]) expect(text).not.toContain(form);
    for (const file of filesIn(folder.path)) {
      expect(readFileSync(file).includes(form), `${file} holds ${form}`).toBe(false);
    }
  }
  await phone.close();
});

/** Good, refused and malformed keys: at the upgrade, by an error, by a failed response. */
async function useEveryEndpoint(): Promise<string[]> {
  const id = await numberId();
  const path = `/v1/numbers/${id}`;
  const kinds = ["invalid", "nomodel", "noquota", "ratelimited", "drops0s"];
  const answers: string[] = [];
  for (const apiKey of kinds.map((kind) => `sk-proj-practice-${kind}-${mark}`)) {
    answers.push(await ask("POST", `${path}/byok/test`, { apiKey }));
  }
  answers.push(
    await ask("POST", `${path}/byok/key`, { apiKey: `no key ${mark}` }),
    await ask("POST", `${path}/byok/key`, { apiKey: [goodKey] }),
    await ask("POST", `${path}/byok-key`, { openaiApiKey: goodKey, extra: goodKey }),
    await ask("POST", `${path}/byok/${goodKey}`, {}),
    await ask("POST", `${path}/byok/key`, { apiKey: goodKey }),
    await ask("GET", path),
    await ask("GET", `${path}/inbound-config`),
    await ask("GET", "/v1/byok/health"),
    await ask("GET", "/openapi.json"),
    await ask("GET", "/metrics"),
  );
  return answers;
}

async function openPhone(): Promise<Phone> {
  const [host = "", port = ""] = appliance.ready.sip.split(":");
  return Phone.open({
    server: { host, port: Number(port) },
    transport: "udp",
    clock: systemClock(),
    random: systemRandom(),
  });
}

async function answered(phone: Phone): Promise<PhoneCall> {
  const call = await phone.call({ to: "+14155550100" });
  expect(await call.outcome).toEqual({ kind: "answered" });
  return call;
}

/** A gateway that has just come back may not have its place at drachtio yet. */
async function eventuallyAnswers(phone: Phone): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const call = await phone.call({ to: "+14155550100" });
    if ((await call.outcome).kind === "answered") return;
  }
  throw new Error("no call was answered again");
}

/** The process that carries calls, as the supervisor has written it down last. */
function gatewayPid(): number {
  const lines = readFileSync(path.join(folder.path, "logs", "appliance.log"), "utf8").split("\n");
  const started = lines.filter(
    (line) => line.includes('"gateway-1"') && line.includes("processId"),
  );
  return (JSON.parse(started.at(-1) ?? "{}") as { processId: number }).processId;
}

async function listen(): Promise<readonly string[]> {
  const socket = new WebSocket(`${appliance.ready.http.replace("http", "ws")}/v1/events`, {
    headers: { authorization: `Bearer ${appliance.ready.adminKey}` },
  });
  const texts: string[] = [];
  socket.on("message", (data: Buffer) => texts.push(data.toString()));
  await once(socket, "open");
  return texts;
}

async function ask(method: string, url: string, body?: unknown): Promise<string> {
  const response = await fetch(`${appliance.ready.http}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${appliance.ready.adminKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.text();
}

async function numberId(): Promise<string> {
  const { items } = JSON.parse(await ask("GET", "/v1/numbers")) as { items: { id: string }[] };
  return items[0]?.id ?? "";
}

function filesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(root, name))
    .filter((file) => statSync(file).isFile());
}
