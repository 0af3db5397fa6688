import {
  type Clock,
  type Log,
  type Random,
  silentLog,
  systemClock,
  systemRandom,
} from "@agentcall/base";
import type { UsageEvent } from "@agentcall/billing";
import { fastify } from "fastify";
import { BillingFaults } from "./billing-faults.ts";
import { BillingReceiver } from "./billing-receiver.ts";
import { addBillingRoutes, billingPath } from "./billing-routes.ts";

export type BillingServerOptions = {
  /** The books; the default keeps nothing beyond this process. */
  readonly file?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** Why an entry is not taken, in words; null takes it. */
  readonly rejects?: (event: UsageEvent) => string | null;
};

/** Billing that listens on loopback. */
export type BillingServer = {
  /** Where batches are sent to. */
  readonly url: string;
  /** Of its acknowledgements, in PEM. */
  readonly publicKeyPem: string;
  readonly receiver: BillingReceiver;
  /** What befalls the next requests. */
  readonly faults: BillingFaults;
  /** May be called twice. */
  close(): Promise<void>;
};

/** Starts the practice billing and resolves when it listens. Rejects when the port is taken. */
export async function startBilling(options: BillingServerOptions = {}): Promise<BillingServer> {
  const clock = options.clock ?? systemClock();
  const random = options.random ?? systemRandom();
  const { file = ":memory:", port = 0, log = silentLog, rejects } = options;
  const receiver = new BillingReceiver({
    file,
    clock,
    random,
    ...(rejects === undefined ? {} : { rejects }),
  });
  const faults = new BillingFaults();
  const app = fastify({ forceCloseConnections: true });
  addBillingRoutes(app, receiver, faults, clock);
  app.addHook("onClose", () => {
    receiver.close();
  });
  const http = await app.listen({ host: "127.0.0.1", port }).catch((error: unknown) => {
    receiver.close();
    throw error;
  });
  log.info({ http }, "practice billing listens");
  return {
    url: `${http}${billingPath}`,
    publicKeyPem: receiver.publicKeyPem,
    receiver,
    faults,
    close: () => app.close(),
  };
}
