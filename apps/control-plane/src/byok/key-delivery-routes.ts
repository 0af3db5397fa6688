import { keyDeliverySchema } from "@agentcall/contract";
import { actorOf } from "../access/authorization.ts";
import type { App } from "../http/typed-app.ts";
import type { KeyDelivery } from "./key-delivery.ts";

const path = "/v1/settings/key-delivery";

/** `/v1/settings/key-delivery`: whether gateways see the numbers' own keys. */
export function addKeyDeliveryRoutes(app: App, delivery: KeyDelivery): void {
  app.get(path, { schema: { response: { 200: keyDeliverySchema } } }, () => ({
    keyDelivery: delivery.mode,
  }));

  app.put(
    path,
    { schema: { body: keyDeliverySchema, response: { 200: keyDeliverySchema } } },
    async (request) => {
      await delivery.change(request.body.keyDelivery, actorOf(request));
      return { keyDelivery: delivery.mode };
    },
  );
}
