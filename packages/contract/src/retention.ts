import { z } from "zod";

const daysMax = 36_500; // a century: whoever keeps things longer says `null`
const daysSchema = z.int().min(1).max(daysMax).nullable();

/**
 * For how many days after a call its transcript and its report are kept; null: until they are
 * erased. The call itself and its entries in the ledger stay.
 */
export const retentionSchema = z.strictObject({
  transcriptDays: daysSchema.default(365),
  reportDays: daysSchema.default(365),
});
export type Retention = z.infer<typeof retentionSchema>;
