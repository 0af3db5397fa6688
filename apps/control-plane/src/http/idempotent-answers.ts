import { createHash } from "node:crypto";
import { AppError, type Clock } from "@agentcall/base";
import type { FastifyReply, FastifyRequest } from "fastify";
import { callerOf } from "../access/authorization.ts";
import type { z } from "zod";
import type { Database } from "../sqlite/database.ts";

const keptMs = 24 * 3_600_000; // the contract's 24 hours
const keyForm = /^[\x21-\x7e]{1,255}$/;
const replayedHeader = "X-AgentCall-Idempotency-Replayed";

type Asked = { readonly apiKeyId: string; readonly key: string; readonly hash: string };

type OnceOptions<Body> = {
  /** Takes out of an answer what must not lie in the database, such as a secret that is shown once. */
  readonly keptOf?: (body: Body) => Body;
  /** What the body names as the key; the header goes before it. */
  readonly key?: string | null;
};

/** Answers of requests that created something, kept for a day by the `Idempotency-Key` of who asked. */
export class IdempotentAnswers {
  readonly #db: Database;
  readonly #clock: Clock;
  /** Requests under way: the second with the same key waits for the first. */
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * Does `create` once and answers 201, or gives the first answer again. Without the header it is
   * done each time. What failed is not kept: it may be tried again with the same key.
   */
  async once<Body extends object>(
    request: FastifyRequest,
    reply: FastifyReply,
    bodySchema: z.ZodType<Body>,
    create: () => Promise<Body>,
    { keptOf = same, key: given = null }: OnceOptions<Body> = {},
  ): Promise<Body> {
    const key = readKey(request) ?? given;
    if (key === null) {
      void reply.code(201);
      return create();
    }
    const { apiKeyId } = callerOf(request);
    const place = `${apiKeyId} ${key}`;
    while (this.#running.has(place)) await this.#running.get(place);
    const asked = { apiKeyId, key, hash: hashOf(request) };
    const work = this.#answer(asked, reply, bodySchema, { create, keptOf });
    const settled = work.then(ignore, ignore);
    this.#running.set(place, settled);
    try {
      return await work;
    } finally {
      this.#running.delete(place);
    }
  }

  async #answer<Body extends object>(
    { apiKeyId, key, hash }: Asked,
    reply: FastifyReply,
    bodySchema: z.ZodType<Body>,
    { create, keptOf }: { create: () => Promise<Body>; keptOf: (body: Body) => Body },
  ): Promise<Body> {
    const nowMs = this.#clock.nowMs();
    const kept = await this.#db.get(
      "SELECT request_hash, http_status, body FROM idempotency WHERE api_key_id = ? AND key = ? AND created_at_ms > ?",
      apiKeyId,
      key,
      nowMs - keptMs,
    );
    if (kept !== null) {
      if (kept["request_hash"] !== hash) {
        throw new AppError("conflict", "This Idempotency-Key was used for another request.");
      }
      void reply.code(Number(kept["http_status"])).header(replayedHeader, "true");
      return bodySchema.parse(JSON.parse(String(kept["body"])));
    }
    const body = await create();
    await this.#keep({ apiKeyId, key, hash }, keptOf(body));
    void reply.code(201);
    return body;
  }

  async #keep({ apiKeyId, key, hash }: Asked, body: object): Promise<void> {
    const nowMs = this.#clock.nowMs();
    await this.#db.tx(async (writer) => {
      await writer.run("DELETE FROM idempotency WHERE created_at_ms <= ?", nowMs - keptMs);
      await writer.run(
        `INSERT INTO idempotency (api_key_id, key, request_hash, http_status, body, created_at_ms)
         VALUES (?, ?, ?, 201, ?, ?)`,
        apiKeyId,
        key,
        hash,
        JSON.stringify(body),
        nowMs,
      );
    });
  }
}

function readKey(request: FastifyRequest): string | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return null;
  if (typeof key === "string" && keyForm.test(key)) return key;
  throw new AppError(
    "malformed_request",
    "Idempotency-Key must be 1 to 255 visible characters of ASCII.",
  );
}

function hashOf(request: FastifyRequest): string {
  return createHash("sha256")
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body)}`)
    .digest("hex");
}

function same<Body>(body: Body): Body {
  return body;
}

function ignore(): void {
  // Whoever began it is told.
}
