import { z } from "zod";

const urlCharsMax = 2_000;
const secretCharsMin = 32; // the contract's figure: as long as the hash that is made with it
const secretCharsMax = 256;
const timeoutMsMax = 2_000; // the caller waits meanwhile, and a gateway waits three seconds for its plan
const nameCharsMax = 200;
const addressCharsMax = 254; // RFC 5321 section 4.5.3.1.3
/** The contract's figure: more of a context webhook's answer is cut off. */
export const contextBlockCharsMax = 5_000;

/** From where the agent knows of its caller. */
export const contextSourceSchema = z.enum(["none", "agentcall_memory", "webhook", "merge"]);
export type ContextSource = z.infer<typeof contextSourceSchema>;

/** Who is asked about the caller before the call is answered. */
export const contextWebhookSchema = z.strictObject({
  url: z.string().min(1).max(urlCharsMax),
  /** Signs each request. Comes back as null; null in a change keeps the one that is there. */
  signingSecret: z.string().min(secretCharsMin).max(secretCharsMax).nullable().default(null),
  timeoutMs: z.int().min(100).max(timeoutMsMax).default(1_200),
});

/** Who is told of each call by mail. */
export const notifySchema = z.strictObject({
  emailTo: z.email().max(addressCharsMax).nullable().default(null),
  businessName: z.string().trim().max(nameCharsMax).nullable().default(null),
  agencyName: z.string().trim().max(nameCharsMax).nullable().default(null),
});

/** What the agent of a call was told of its caller. */
export const callContextViewSchema = z.object({
  source: contextSourceSchema,
  /** The words that were added to the prompt; empty: none. */
  block: z.string(),
  /** `not_asked`, `ok`, or why the webhook gave nothing. */
  webhook: z.string(),
});
export type CallContextView = z.infer<typeof callContextViewSchema>;
