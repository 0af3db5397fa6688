import { AppError, type Clock, type Log } from "@agentcall/base";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { CallStore } from "../calls/call-store.ts";
import type { App } from "../http/typed-app.ts";
import type { Database } from "../sqlite/database.ts";
import { type ByteRange, parseByteRange } from "./byte-range.ts";
import { ListeningLog } from "./listening-log.ts";
import type { OpenRecording, RecordingReader } from "./recording-reader.ts";

export type RecordingRoutes = {
  readonly calls: Pick<CallStore, "byId">;
  readonly recordings: { readonly reader: RecordingReader };
  readonly db: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
};

const idParams = z.object({ id: z.string() });
const path = "/v1/calls/:id/recording";

/** `GET` and `HEAD /v1/calls/:id/recording`: the audio, in the clear only on its way out. */
export function addRecordingRoutes(app: App, routes: RecordingRoutes): void {
  const listening = new ListeningLog(routes);
  // HEAD is answered without opening more than the last segment, so it has an answer of its own.
  app.get(
    path,
    { schema: { params: idParams }, exposeHeadRoute: false },
    async (request, reply) => {
      const { id } = await routes.calls.byId(request.params.id);
      const recording = await routes.recordings.reader.open(id);
      try {
        const range = answerHead(request, reply, recording);
        if (range === null) return await reply.send();
        await listening.note(actorOf(request), id);
        return await sendAudio(reply, recording, range, routes.log);
      } finally {
        await recording.close();
      }
    },
  );
  app.head(path, { schema: { params: idParams, hide: true } }, async (request, reply) => {
    const { id } = await routes.calls.byId(request.params.id);
    const recording = await routes.recordings.reader.open(id);
    try {
      answerHead(request, reply, recording);
      return await reply.send();
    } finally {
      await recording.close();
    }
  });
}

/**
 * Status and headers. What is to be sent, or null where the client has it already. Throws
 * `range_not_satisfiable`.
 */
function answerHead(
  request: FastifyRequest,
  reply: FastifyReply,
  { totalBytes, etag }: OpenRecording,
): ByteRange | null {
  reply.headers({
    "accept-ranges": "bytes",
    etag,
    "cache-control": "private, no-store",
    "content-disposition": "inline",
  });
  if (request.headers["if-none-match"] === etag) {
    reply.code(304);
    return null;
  }
  const ifRange = request.headers["if-range"];
  const isStale = ifRange !== undefined && ifRange !== etag; // RFC 9110 section 13.1.5
  const asked = isStale ? "whole" : parseByteRange(request.headers.range, totalBytes);
  if (asked === "not-satisfiable") {
    reply.header("content-range", `bytes */${String(totalBytes)}`);
    throw new AppError("range_not_satisfiable", "The recording ends before this range begins.");
  }
  const range = asked === "whole" ? { from: 0, to: totalBytes - 1 } : asked;
  const { from, to } = range;
  if (asked !== "whole") {
    reply.code(206);
    reply.header("content-range", `bytes ${String(from)}-${String(to)}/${String(totalBytes)}`);
  }
  reply.headers({ "content-type": "audio/wav", "content-length": to + 1 - from });
  return range;
}

/** Resolves when all of it has gone out, or nobody takes it any more. */
async function sendAudio(
  reply: FastifyReply,
  recording: OpenRecording,
  range: ByteRange,
  log: Log,
): Promise<FastifyReply> {
  const audio = recording.read(range);
  audio.on("error", (error) => {
    log.error({ err: error }, "a recording could not be sent to its end");
  });
  const isOver = new Promise<void>((resolve) => audio.once("close", resolve));
  void reply.send(audio);
  await isOver;
  return reply;
}
