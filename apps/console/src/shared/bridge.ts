import { z } from "zod";
import type { BridgeChannel } from "./bridge-channels.ts";

// What the page asks of the desktop: the few things that a web page cannot do. Everything else is
// `fetch("api/…")`. The main side, the preload script and the renderer share this one map.

const addressCharsMax = 300;
const codeCharsMax = 32;
const fileNamePattern = /^\w[\w.-]{0,119}$/; // a suggestion for the save dialog, never a path

/** One appliance in the console's list. */
export const applianceSchema = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  /** Of the certificate that it was paired with; null over plain HTTP on this machine. */
  fingerprintWords: z.array(z.string()).nullable(),
  selected: z.boolean(),
});
export type Appliance = z.infer<typeof applianceSchema>;

/** What a look at an address found: nothing but a TLS handshake has been exchanged. */
export const probeOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("plain-loopback"), address: z.string() }),
  z.object({
    kind: z.literal("certificate"),
    address: z.string(),
    fingerprint: z.string(),
    words: z.array(z.string()),
  }),
  z.object({ kind: z.literal("unreachable"), sentence: z.string() }),
]);
export type ProbeOutcome = z.infer<typeof probeOutcomeSchema>;

export const pairOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("paired"), appliance: applianceSchema }),
  z.object({ kind: z.literal("refused"), sentence: z.string() }),
]);
export type PairOutcome = z.infer<typeof pairOutcomeSchema>;

export const saveOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("saved") }),
  z.object({ kind: z.literal("cancelled") }),
  z.object({ kind: z.literal("failed"), sentence: z.string() }),
]);
export type SaveOutcome = z.infer<typeof saveOutcomeSchema>;

export const appInfoSchema = z.object({
  version: z.string(),
  platform: z.string(),
  /** `browser` is the evaluation's page; there a download is the browser's own. */
  shell: z.enum(["electron", "browser"]),
  /** Filled into the pairing form. */
  suggestedAddress: z.string().nullable(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

const address = z.string().max(addressCharsMax);

/** Every call of the bridge: its input and its output, both parsed where they cross. */
export const bridgeCalls = {
  appInfo: { input: z.null(), output: appInfoSchema },
  appliances: { input: z.null(), output: z.array(applianceSchema) },
  probe: { input: z.strictObject({ address }), output: probeOutcomeSchema },
  pair: {
    input: z.strictObject({
      address,
      code: z.string().max(codeCharsMax),
      /** The certificate that the admin has compared; null over plain HTTP on this machine. */
      fingerprint: z.string().max(128).nullable(),
    }),
    output: pairOutcomeSchema,
  },
  select: { input: z.strictObject({ id: z.string().max(64) }), output: z.array(applianceSchema) },
  unpair: { input: z.strictObject({ id: z.string().max(64) }), output: z.array(applianceSchema) },
  saveFile: {
    input: z.strictObject({
      /** Below `/v1/`; fetched by the main side and streamed to where the admin says. */
      apiPath: z
        .string()
        .regex(/^\/v1\/[\w./?=&%:~-]{1,300}$/)
        .refine((path) => !/\.\.|%2e/i.test(path)),
      suggestedName: z.string().regex(fileNamePattern),
    }),
    output: saveOutcomeSchema,
  },
} as const satisfies Record<BridgeChannel, { input: z.ZodType; output: z.ZodType }>;

export type BridgeInput<Channel extends BridgeChannel> = z.infer<
  (typeof bridgeCalls)[Channel]["input"]
>;
export type BridgeOutput<Channel extends BridgeChannel> = z.infer<
  (typeof bridgeCalls)[Channel]["output"]
>;

/** The bridge as the page sees it, and as the main side implements it. */
export type ConsoleBridge = {
  readonly [Channel in BridgeChannel]: (
    input: BridgeInput<Channel>,
  ) => Promise<BridgeOutput<Channel>>;
};
