import { hostname } from "node:os";
import {
  fingerprintWords,
  pairedSchema,
  pairingClaimSchema,
  pairingCreatedSchema,
  pairingCreationSchema,
} from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { App } from "../http/typed-app.ts";
import type { PairingDesk } from "./pairing-desk.ts";

export type PairingRoutesDeps = {
  readonly pairing: PairingDesk;
  /** Of the appliance's authority, hexadecimal; null while the API is served on loopback only. */
  readonly certificateFingerprint: string | null;
};

/** `/v1/pairing`: an admin makes a code, a console claims it. */
export function addPairingRoutes(
  app: App,
  { pairing, certificateFingerprint }: PairingRoutesDeps,
): void {
  const words = certificateFingerprint === null ? null : fingerprintWords(certificateFingerprint);
  app.post(
    "/v1/pairing",
    { schema: { body: pairingCreationSchema, response: { 201: pairingCreatedSchema } } },
    async (request, reply) => {
      const { code, expiresAtMs } = pairing.open(request.body.validMinutes);
      return reply.code(201).send({
        code,
        expiresAt: timeText(expiresAtMs),
        fingerprintWords: words === null ? null : [...words],
      });
    },
  );

  app.post(
    "/v1/pairing/claim",
    { schema: { body: pairingClaimSchema, response: { 201: pairedSchema } } },
    async (request, reply) => {
      const { code, consoleName } = request.body;
      const { apiKeyId, apiKey } = await pairing.claim(code, consoleName);
      return reply.code(201).send({ apiKeyId, apiKey: apiKey.reveal(), applianceName: hostname() });
    },
  );
}
