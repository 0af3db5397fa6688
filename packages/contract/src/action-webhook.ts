import { z } from "zod";

const urlCharsMax = 2_000;
const plainHosts: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const secretCharsMin = 32; // as long as the hash that is made with it
const secretCharsMax = 256;

/** Where the customer's own tools are carried out. */
export const actionWebhookSchema = z.strictObject({
  /** Plain HTTP never leaves this machine. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(urlCharsMax)
    .refine(
      (url) => url.startsWith("https:") || plainHosts.has(new URL(url).hostname),
      "must begin with https://",
    ),
  /** Signs each request. Comes back as null; null in a change keeps the one that is there. */
  signingSecret: z.string().min(secretCharsMin).max(secretCharsMax).nullable().default(null),
});
