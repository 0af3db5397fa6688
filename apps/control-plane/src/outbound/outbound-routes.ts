import { aiCallSchema, callViewSchema, outboundSettingsSchema } from "@agentcall/contract";
import { actorOf } from "../access/authorization.ts";
import { viewOfCall } from "../calls/call-view.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { OutboundCalls } from "./outbound-calls.ts";
import type { OutboundRules } from "./outbound-rules.ts";

export type OutboundRoutes = {
  readonly outbound: { readonly calls: OutboundCalls; readonly rules: OutboundRules };
  readonly idempotent: IdempotentAnswers;
};

const rateLimit = { max: 10, timeWindow: "1 minute" }; // the contract's figure: each of them costs money

/** `/v1/calls/ai`, which places a call, and the rules of where it may go. */
export function addOutboundRoutes(app: App, { outbound, idempotent }: OutboundRoutes): void {
  const { calls, rules } = outbound;
  app.post(
    "/v1/calls/ai",
    {
      config: { rateLimit },
      schema: { body: aiCallSchema, response: { 201: callViewSchema } },
    },
    async (request, reply) => {
      const { idempotencyKey, ...asked } = request.body;
      const place = async () => viewOfCall(await calls.place(asked, actorOf(request)));
      return idempotent.once(request, reply, callViewSchema, place, {
        key: idempotencyKey ?? null,
      });
    },
  );

  app.get(
    "/v1/settings/outbound",
    { schema: { response: { 200: outboundSettingsSchema } } },
    async () => rules.current(),
  );

  app.put(
    "/v1/settings/outbound",
    { schema: { body: outboundSettingsSchema, response: { 200: outboundSettingsSchema } } },
    async (request) => rules.save(request.body, actorOf(request)),
  );
}
