import { jobViewSchema, pageSchema } from "@agentcall/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "../../../../test/support/eventually.ts";
import { OpenApp } from "../testing/open-app.ts";
import type { JobKind } from "./job.ts";

const kind: JobKind<string> = {
  name: "letter",
  payload: z.string(),
  atOnceMax: 1,
  atOncePerShareMax: 1,
  retry: { firstMs: 1, maxMs: 1 },
  attemptsMax: 1,
  attemptMsMax: 1_000,
  run: () => Promise.resolve({ kind: "refused", reason: "nobody_home" }),
};

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
  house.jobs.register(kind);
});
afterEach(async () => {
  await house.close();
});

test("parked jobs are shown with their reason, and one that is tried again leaves an audit row", async () => {
  await enqueue("to Ann");
  await house.jobs.start();
  await eventually("it was tried", () => house.jobs.runningCount === 0);
  const [parked] = await parkedJobs();

  const retried = await house.ask("POST", `/v1/jobs/${parked?.id ?? ""}/retry`, { as: "admin" });

  expect(parked).toMatchObject({
    kind: "letter",
    subject: "to Ann",
    attempts: 1,
    dueAt: null,
    lastReason: "nobody_home",
  });
  expect(jobViewSchema.parse(retried.json())).toMatchObject({ status: "waiting", attempts: 0 });
  expect(await house.audit.list(1, null)).toMatchObject([
    {
      action: "job.retried",
      object: parked?.id,
      detail: { kind: "letter", before: "nobody_home" },
    },
  ]);
});

test("the list is newest first, goes on page by page, and is chosen by state and kind", async () => {
  for (const name of ["a", "b", "c"]) {
    await enqueue(name);
    house.clock.advance(1_000);
  }

  const first = await jobs("limit=2");
  const second = await jobs(`limit=2&cursor=${first.nextCursor ?? ""}`);

  expect([first, second].flatMap(({ items }) => items.map(({ subject }) => subject))).toEqual([
    "c",
    "b",
    "a",
  ]);
  expect((await jobs("status=waiting&kind=letter")).items).toHaveLength(3);
  expect((await jobs("status=parked")).items).toEqual([]);
  expect((await jobs("kind=other")).items).toEqual([]);
});

test.each([
  ["GET", "/v1/jobs?status=lost", 422],
  ["GET", "/v1/jobs?cursor=x", 422],
  ["POST", "/v1/jobs/job_none/retry", 404],
] as const)("%s %s is refused with %i", async (method, url, status) => {
  expect((await house.ask(method, url, { as: "admin" })).statusCode).toBe(status);
});

test("a job that waits is not tried again by hand", async () => {
  await enqueue("a");
  const [job] = (await jobs("")).items;

  const answer = await house.ask("POST", `/v1/jobs/${job?.id ?? ""}/retry`, { as: "admin" });

  expect(answer.statusCode).toBe(409);
});

async function enqueue(name: string): Promise<void> {
  await house.db.tx((writer) =>
    house.jobs.enqueue(writer, kind, { dedupeId: name, payload: name }),
  );
}

const page = pageSchema(jobViewSchema);

async function jobs(query: string): Promise<z.infer<typeof page>> {
  return page.parse((await house.ask("GET", `/v1/jobs?${query}`, { as: "admin" })).json());
}

/** Waits for the first job to be parked. */
async function parkedJobs(): Promise<z.infer<typeof page>["items"]> {
  for (;;) {
    const { items } = await jobs("status=parked");
    if (items.length > 0) return items;
  }
}
