import type { Clock } from "@agentcall/base";
import type { FastifyInstance } from "fastify";

/** How long an answer that is under way may take; a client that does not read it takes for ever. */
const graceMs = 2_000;

/**
 * Closes an app: no new connection, and what is being answered ends. Whoever has not taken an
 * answer after two seconds is cut off, so that no client holds up the end of the process.
 */
export async function closeApp(app: FastifyInstance, clock: Clock): Promise<void> {
  const timer = clock.after(graceMs, () => {
    app.server.closeAllConnections();
  });
  try {
    await app.close();
  } finally {
    timer.cancel();
  }
}
