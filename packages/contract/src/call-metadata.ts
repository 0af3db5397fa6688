import { z } from "zod";

const keysMax = 24; // the API's limit for a call
const keyCharsMax = 64;
const valueCharsMax = 512;

/** What else is known of a call, in the words of who placed it or of its trunk. */
export const metadataSchema = z
  .record(z.string().max(keyCharsMax), z.string().max(valueCharsMax))
  .refine(
    (metadata) => Object.keys(metadata).length <= keysMax,
    `must have at most ${String(keysMax)} keys`,
  );
