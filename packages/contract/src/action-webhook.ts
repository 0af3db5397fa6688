import { z } from "zod";

const urlCharsMax = 2_000;
const secretCharsMin = 32; // as long as the hash that is made with it
const secretCharsMax = 256;

/** Where the customer's own tools are carried out. */
export const actionWebhookSchema = z.strictObject({
  url: z.url({ protocol: /^https$/ }).max(urlCharsMax),
  /** Signs each request. Comes back as null; null in a change keeps the one that is there. */
  signingSecret: z.string().min(secretCharsMin).max(secretCharsMax).nullable().default(null),
});
