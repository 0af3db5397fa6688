import { z } from "zod";

const hostCharsMax = 253; // RFC 1035 section 2.3.4
const loginCharsMax = 320;
const passwordCharsMax = 1_000;
const addressCharsMax = 254; // RFC 5321 section 4.5.3.1.3

const shape = {
  host: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.:-]*[a-z0-9])?$/i, "must be a host")
    .max(hostCharsMax),
  port: z.int().min(1).max(65_535),
  /** `tls` from the first byte (port 465), `starttls` required (587), or `none`, on this machine only. */
  security: z.enum(["tls", "starttls", "none"]),
  username: z.string().min(1).max(loginCharsMax).nullable().default(null),
  from: z.email().max(addressCharsMax),
};

/** `PUT /v1/settings/mail`; a password that is not named stays as it is, null takes it away. */
export const mailSettingsSchema = z
  .strictObject({ ...shape, password: z.string().min(1).max(passwordCharsMax).nullish() })
  .refine(
    ({ security, host }) => security !== "none" || /^(localhost|127(\.\d+){3}|::1)$/.test(host),
    { path: ["security"], error: "may be none on this machine only" },
  );
export type MailSettings = z.infer<typeof mailSettingsSchema>;

/** `GET /v1/settings/mail`; null where none are set. The password never comes back. */
export const mailSettingsViewSchema = z.object({ ...shape, hasPassword: z.boolean() }).nullable();
export type MailSettingsView = z.infer<typeof mailSettingsViewSchema>;

/** `POST /v1/settings/mail/test` */
export const mailTestSchema = z.strictObject({ to: z.email().max(addressCharsMax) });
export const mailTestedSchema = z.object({
  ok: z.boolean(),
  /** Why it did not go; null when it did. */
  reason: z.string().nullable(),
});
