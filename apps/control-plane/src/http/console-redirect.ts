import type { App } from "./typed-app.ts";

/**
 * `/console/` leads to the console's page, which a program of its own serves in evaluation: one
 * address to remember, and no page with an admin's rights on the API's own origin.
 */
export function addConsoleRedirect(app: App, consoleUrl: string): void {
  for (const path of ["/console", "/console/"]) {
    app.get(path, { schema: { hide: true } }, (_, reply) => reply.redirect(consoleUrl));
  }
}
