import { AppError, Secret } from "@agentcall/base";
import {
  errorCatalogue,
  rekeySchema,
  unsealSchema,
  type VaultView,
  vaultViewSchema,
} from "@agentcall/contract";
import { actorOf } from "../access/authorization.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { Database } from "../sqlite/database.ts";
import type { Rotation } from "./rotation.ts";
import { vaultStatus } from "./vault-status.ts";
import type { VaultDoor } from "./vault-door.ts";

export type VaultRoutesDeps = {
  readonly db: Database;
  readonly door: VaultDoor;
  readonly rotation: Rotation;
  readonly idempotent: IdempotentAnswers;
};

// Each try costs half a second of a core and 128 MB, and somebody may be guessing.
const passphraseTries = { max: 5, timeWindow: "1 minute" };

/**
 * `/v1/vault`: how it stands, unsealing and sealing, and the exchange of its keys. What takes a
 * passphrase honours no Idempotency-Key: a kept hash of the request could be guessed without scrypt.
 */
export function addVaultRoutes(
  app: App,
  { db, door, rotation, idempotent }: VaultRoutesDeps,
): void {
  const status = (): Promise<VaultView> => vaultStatus(db, door);
  const response = { 200: vaultViewSchema };

  app.get("/v1/vault", { schema: { response } }, status);

  app.post(
    "/v1/vault/unseal",
    { config: { rateLimit: passphraseTries }, schema: { body: unsealSchema, response } },
    async (request) => {
      await door.unseal(new Secret(request.body.passphrase), actorOf(request));
      return status();
    },
  );

  app.post("/v1/vault/seal", { schema: { response } }, async (request) => {
    await door.seal(actorOf(request));
    return status();
  });

  app.post(
    "/v1/vault/rotate",
    { schema: { response: { 201: vaultViewSchema } } },
    async (request, reply) =>
      idempotent.once(request, reply, vaultViewSchema, async () => {
        await rotation.rotate(actorOf(request));
        return status();
      }),
  );

  app.post(
    "/v1/vault/rekey",
    { config: { rateLimit: passphraseTries }, schema: { body: rekeySchema, response } },
    async (request) => {
      const { currentPassphrase, newPassphrase } = request.body ?? {};
      if (door.rootKind === "file") {
        await door.rekeyFile(actorOf(request));
      } else {
        const present = neededSecret("currentPassphrase", currentPassphrase);
        const next = neededSecret("newPassphrase", newPassphrase);
        await door.rekeyPassphrase(present, next, actorOf(request));
      }
      return status();
    },
  );
}

function neededSecret(field: string, text: string | undefined): Secret {
  if (text !== undefined) return new Secret(text);
  throw new AppError("validation_failed", errorCatalogue.validation_failed.message, {
    details: { fields: { [field]: "is needed: this vault has a passphrase" } },
  });
}
