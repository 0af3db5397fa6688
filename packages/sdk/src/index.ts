export { AgentCall, type AgentCallOptions } from "./agent-call.ts";
export { AgentCallConnectionError, AgentCallError } from "./errors.ts";
export type { EventStreamOptions } from "./event-stream.ts";
export { Listing, type Page } from "./listing.ts";
export type { CallOptions } from "./transport.ts";
export {
  verifyWebhook,
  type WebhookInput,
  type WebhookMessage,
  WebhookSignatureError,
} from "./webhook.ts";
export type * from "./generated/api-types.ts";
