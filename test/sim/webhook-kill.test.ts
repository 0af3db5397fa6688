import { fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Secret, seededRandom, silentLog, systemClock, systemRandom } from "@agentcall/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applianceActor, AuditLog } from "../../apps/control-plane/src/audit/audit-log.ts";
import { JobQueue } from "../../apps/control-plane/src/jobs/job-queue.ts";
import { OutgoingHttp } from "../../apps/control-plane/src/outside/outgoing-http.ts";
import { openDatabase } from "../../apps/control-plane/src/sqlite/open-database.ts";
import { HttpReceiver, type Received } from "../../apps/control-plane/src/testing/http-receiver.ts";
import { rootKeyOf } from "../../apps/control-plane/src/testing/root-key.ts";
import { Vault } from "../../apps/control-plane/src/vault/vault.ts";
import { WebhookOutbox } from "../../apps/control-plane/src/webhooks/webhook-outbox.ts";
import { Webhooks } from "../../apps/control-plane/src/webhooks/webhooks.ts";

// The process that delivers webhooks is killed for real, between any two steps, while its receiver answers 500
// twice, is silent once, and only then well.

const child = path.join(import.meta.dirname, "webhook-child.ts");
const lifeMsMax = 90_000; // a life takes some seconds; one that hangs is told as killed
const randomKills = Number(process.env["KILLS"] ?? "4");
const clock = systemClock();

let folder: string;
let file: string;
let beganAtMs: number;
let receiver: HttpReceiver;
let secret: Secret;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-webhook-kill-"));
  file = path.join(folder, "agentcall.db");
  beganAtMs = clock.nowMs();
  receiver = await HttpReceiver.open();
  receiver.reactions.push(500, 500, "silence");
  secret = await subscribe(receiver.url);
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true });
});

describe("kill -9 of the process that delivers webhooks", () => {
  const points = ["publish", "queue"].flatMap((step) => [`${step}-within`, `${step}-after`]);

  test.each([...points, "send-before", "send-after"])(
    "at %s loses no event, and keeps order and signature",
    async (point) => {
      const ends = [await live(`${point} 1`), await live(`${point} 4`), await live("never")];

      expect(ends[0]).toBe("SIGKILL");
      expect(ends.at(-1)).toBe("0");
      expectAllInOrder();
    },
  );

  test(`at ${String(randomKills)} moments of chance loses no event, and keeps order and signature`, async () => {
    const random = seededRandom(11);
    for (let kill = 0; kill < randomKills; kill += 1)
      await live("never", 400 + random.below(1_600));

    expect(await live("never")).toBe("0");
    expectAllInOrder();
  });
});

/** Each event by its id once, the same each time it came, signed, and behind what its call told before. */
function expectAllInOrder(): void {
  for (const got of receiver.received) expect(isSigned(got)).toBe(true);
  const bodies = Map.groupBy(receiver.received, ({ headers }) => headers["webhook-id"]);
  for (const [, same] of bodies) expect(new Set(same.map(({ body }) => body)).size).toBe(1);
  const taken = new Map(receiver.taken.map(({ headers, body }) => [headers["webhook-id"], body]));
  const events = [...taken.values()].map(
    (body) => (JSON.parse(body) as { data: { callId: string; n: number } }).data,
  );
  const ofCall = (callId: string): readonly number[] =>
    events.filter((event) => event.callId === callId).map(({ n }) => n);
  expect([ofCall("call_0"), ofCall("call_1")]).toEqual([
    [0, 2, 4],
    [1, 3, 5],
  ]);
}

/** How one life ended. `killAfterMs` ends it from outside. */
async function live(killAt: string, killAfterMs: number | null = null): Promise<string> {
  const life = fork(child, [file, String(beganAtMs), killAt], { stdio: "inherit" });
  const timer = clock.after(killAfterMs ?? lifeMsMax, () => life.kill("SIGKILL"));
  const [code, signal] = (await once(life, "exit")) as [number | null, string | null];
  timer.cancel();
  return signal ?? String(code);
}

async function subscribe(url: string): Promise<Secret> {
  const around = { clock, random: systemRandom(), log: silentLog };
  const db = await openDatabase(file, "sqlite3");
  const vault = await Vault.open(db, rootKeyOf("the test"), around);
  const audit = new AuditLog(db, clock);
  const jobs = new JobQueue({ db, audit, ...around });
  const outbox = new WebhookOutbox({ jobs, ...around });
  const http = new OutgoingHttp({ allowedHosts: new Set(["127.0.0.1"]), clock });
  const webhooks = new Webhooks({ db, audit, vault, outbox, http, ...around });
  const made = await webhooks.create({ url, events: ["call.status"] }, applianceActor);
  vault.close();
  await db.close();
  return made.secret;
}

function isSigned({ headers, body }: Received): boolean {
  const plain = createHmac("sha256", secret.reveal()).update(body).digest("hex");
  const key = Buffer.from(secret.reveal().replace("whsec_", ""), "base64");
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  const standard = createHmac("sha256", key).update(signed).digest("base64");
  return (
    headers["x-agentcall-signature"] === `sha256=${plain}` &&
    headers["webhook-signature"] === `v1,${standard}`
  );
}
