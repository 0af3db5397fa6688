import { z } from "zod";
import type { App } from "../http/typed-app.ts";

/** What readiness depends on. */
export type Readiness = {
  /** Rejects when the database cannot be read. */
  probeDatabase(): Promise<void>;
  /** Those that take calls. */
  gatewayCount(): number;
  /** Those that are being stopped. */
  drainingCount(): number;
  /** A sealed vault opens no key, so that no call can be answered. */
  isVaultSealed(): boolean;
};

const readinessSchema = z.object({
  ready: z.boolean(),
  checks: z.object({
    database: z.enum(["ok", "failed"]),
    gateways: z.int(),
    gatewaysDraining: z.int(),
    vault: z.enum(["open", "sealed"]),
  }),
});

/** `/healthz`: the process lives. `/readyz`: it can do its work, which needs a gateway that is connected and a vault that is open. */
export function addHealthRoutes(app: App, readiness: Readiness): void {
  app.get(
    "/healthz",
    {
      config: { rateLimit: false },
      schema: { response: { 200: z.object({ status: z.literal("ok") }) } },
    },
    () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    {
      config: { rateLimit: false },
      schema: { response: { 200: readinessSchema, 503: readinessSchema } },
    },
    async (_, reply) => {
      const gateways = readiness.gatewayCount();
      const database = await readiness.probeDatabase().then(
        () => "ok" as const,
        () => "failed" as const,
      );
      const vault = readiness.isVaultSealed() ? ("sealed" as const) : ("open" as const);
      const ready = database === "ok" && gateways > 0 && vault === "open";
      const gatewaysDraining = readiness.drainingCount();
      const checks = { database, gateways, gatewaysDraining, vault };
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  );
}
