import { z } from "zod";

/** Opaque ids: the prefix says what it names, the rest says nothing. */
function idText(prefix: string): z.ZodString {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-z]{1,64}$`), `must be an id that begins with ${prefix}_`);
}

export const callIdSchema = idText("call").brand<"CallId">();
export const numberIdSchema = idText("num").brand<"NumberId">();
export const trunkIdSchema = idText("trunk").brand<"TrunkId">();
export type CallId = z.infer<typeof callIdSchema>;
export type NumberId = z.infer<typeof numberIdSchema>;
export type TrunkId = z.infer<typeof trunkIdSchema>;
