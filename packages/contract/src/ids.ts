import { z } from "zod";

export type CallId = string & { readonly __brand: "CallId" };
export type NumberId = string & { readonly __brand: "NumberId" };

/** Opaque ids: the prefix says what it names, the rest says nothing. */
function idSchema<Id extends string>(prefix: string): z.ZodType<Id, string> {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-z]{1,64}$`), `must be an id that begins with ${prefix}_`)
    .transform((text) => text as Id);
}

export const callIdSchema = idSchema<CallId>("call");
export const numberIdSchema = idSchema<NumberId>("num");
