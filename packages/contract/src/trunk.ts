import { z } from "zod";
import { trunkIdSchema } from "./ids.ts";
import { parseIpRange } from "./ip-range.ts";

const nameCharsMax = 100;
const hostCharsMax = 253; // RFC 1035 section 2.3.4, without the last dot
const serversMax = 8; // a carrier names two to four; more would only prolong a fail-over
const addressesMax = 64; // the largest carriers publish some thirty ranges
const sipUserCharsMax = 128;
const passwordCharsMax = 256;
const expiresSecs = { min: 60, max: 86_400 }; // below a minute a carrier answers 423
const keepAliveSecs = { min: 5, max: 3_600 };
const sessionTimerSecs = { min: 90, max: 86_400 }; // RFC 4028 section 5: 90 s is the least
const callsMax = 10_000;
const callsPerSecondMax = 1_000;
/** Frames that carry all of them stay far below the control link's limit. */
export const trunksMax = 100;

const hostSchema = z
  .string()
  .max(hostCharsMax)
  .refine(isHost, "must be a host name, or an IP address without brackets");
const ipSchema = z
  .string()
  .refine((text) => !text.includes("/") && parseIpRange(text) !== null, "must be an IP address");
const sipUserSchema = z
  .string()
  .max(sipUserCharsMax)
  .regex(/^[\w.!~*'()&=+$,;?/%-]+$/, "must be the user part of a SIP address");
/** Quotes and backslashes are left out: some carriers cannot read them in a digest. */
const usernameSchema = z
  .string()
  .max(sipUserCharsMax)
  .regex(/^[^\s"\\\p{Cc}]+$/u, "must be a name without blanks, quotes or backslashes");
const passwordSchema = z
  .string()
  .min(1)
  .max(passwordCharsMax)
  .regex(/^[^\p{Cc}]*$/u, "must hold no control characters");
const digitsSchema = z.string().regex(/^\d{1,4}$/, "must be one to four digits");

/** One place to send to. Without a port a host name is looked up as SRV first (RFC 3263). */
const trunkServerSchema = z.strictObject({
  host: hostSchema,
  port: z.int().min(1).max(65_535).nullable().default(null),
});
export type TrunkServer = z.infer<typeof trunkServerSchema>;

/** A name and password as the admin sends them; left out, the password stays as it is. */
const givenCredentialsSchema = z.strictObject({
  username: usernameSchema,
  password: passwordSchema.optional(),
});

const numberFormatSchema = z.strictObject({
  /** Of numbers that are written without it, such as `49`. */
  countryCode: digitsSchema.nullable().default(null),
  /** Before a national number: `0` in most countries, none in some. */
  nationalPrefix: z
    .string()
    .regex(/^\d{0,4}$/, "must be up to four digits")
    .default("0"),
  internationalPrefix: digitsSchema.default("00"),
  /** What a number with neither prefix is: E.164 without its plus, a national number, or its own. */
  bare: z.enum(["as_is", "e164", "national"]).default("as_is"),
  /** How numbers are written towards the carrier. */
  dial: z.enum(["e164", "e164_without_plus", "national"]).default("e164"),
  scheme: z.enum(["sip", "tel"]).default("sip"),
});
export type NumberFormat = z.infer<typeof numberFormatSchema>;

const identitySchema = z.strictObject({
  /** The From of outbound calls; null puts the calling number there. */
  fromUser: sipUserSchema.nullable().default(null),
  fromDomain: hostSchema.nullable().default(null),
  /** Whether outbound calls carry P-Asserted-Identity (RFC 3325). */
  assertedIdentity: z.boolean().default(true),
});

/** Every setting of a trunk but what names it, without defaults: PATCH takes any of these. */
const fields = {
  name: z.string().trim().min(1).max(nameCharsMax),
  enabled: z.boolean(),
  /** Where the carrier is reached, tried in this order. None: the trunk only takes calls. */
  servers: z.array(trunkServerSchema).max(serversMax),
  transport: z.enum(["udp", "tcp", "tls"]),
  /** Everything goes there instead, with the carrier's own address in the request line. */
  outboundProxy: trunkServerSchema.nullable(),
  registration: z
    .strictObject({
      /** What is asked for; the carrier's answer counts. */
      expiresSecs: z.int().min(expiresSecs.min).max(expiresSecs.max).default(3_600),
      /** The address of record's domain; null takes the first server's host. */
      domain: hostSchema.nullable().default(null),
    })
    .nullable(),
  keepAlive: z
    .strictObject({
      everySecs: z.int().min(keepAliveSecs.min).max(keepAliveSecs.max).default(30),
    })
    .nullable(),
  numberFormat: numberFormatSchema,
  identity: identitySchema,
  /** What stands in Contact and session descriptions where this machine is behind NAT. */
  publicAddress: ipSchema.nullable(),
  sessionTimerSecs: z.int().min(sessionTimerSecs.min).max(sessionTimerSecs.max).nullable(),
  /** The codecs spoken, the preferred one first; null leaves the choice to the caller's side. */
  codecs: z
    .array(z.enum(["pcmu", "pcma"]))
    .min(1)
    .max(2)
    .refine((codecs) => new Set(codecs).size === codecs.length, "must name each codec once")
    .nullable(),
  /** SRTP keys in the session description (RFC 4568). */
  srtp: z.enum(["off", "offered", "required"]),
  maxConcurrentCalls: z.int().min(1).max(callsMax).nullable(),
  callsPerSecond: z.int().min(1).max(callsPerSecondMax).nullable(),
  /** The answer to a call above these. */
  overLimitStatus: z.union([z.literal(503), z.literal(486)]),
};

const inboundFields = {
  /** Calls from these are the trunk's. */
  addresses: z
    .array(
      z
        .string()
        .refine(
          (text) => parseIpRange(text) !== null,
          "must be an address or a range in CIDR form",
        ),
    )
    .max(addressesMax)
    .default([]),
  /** So are calls from the servers themselves. */
  fromServers: z.boolean().default(true),
};

const givenInboundSchema = z.strictObject({
  ...inboundFields,
  /** Calls from elsewhere are challenged, and are the trunk's when they know this password. */
  digest: givenCredentialsSchema.nullable().default(null),
});

/** `POST /v1/trunks` */
export const trunkCreationSchema = z.strictObject({
  name: fields.name,
  enabled: fields.enabled.default(true),
  servers: fields.servers.default([]),
  transport: fields.transport.default("udp"),
  outboundProxy: fields.outboundProxy.default(null),
  /** The answer to the carrier's challenges. */
  credentials: givenCredentialsSchema.nullable().default(null),
  registration: fields.registration.default(null),
  inbound: givenInboundSchema.default({ addresses: [], fromServers: true, digest: null }),
  keepAlive: fields.keepAlive.default({ everySecs: 30 }),
  numberFormat: fields.numberFormat.prefault({}),
  identity: fields.identity.prefault({}),
  publicAddress: fields.publicAddress.default(null),
  sessionTimerSecs: fields.sessionTimerSecs.default(1_800),
  codecs: fields.codecs.default(null),
  srtp: fields.srtp.default("off"),
  maxConcurrentCalls: fields.maxConcurrentCalls.default(null),
  callsPerSecond: fields.callsPerSecond.default(null),
  overLimitStatus: fields.overLimitStatus.default(503),
});
export type TrunkCreation = z.infer<typeof trunkCreationSchema>;

/** `PATCH /v1/trunks/:id`: a field that is named is replaced whole, the rest stays. */
export const trunkChangeSchema = z
  .strictObject({
    ...fields,
    credentials: givenCredentialsSchema.nullable(),
    inbound: givenInboundSchema,
  })
  .partial();
export type TrunkChange = z.infer<typeof trunkChangeSchema>;

const shownCredentialsSchema = z.object({ username: z.string(), hasPassword: z.boolean() });

/** What is stored of a trunk beside its passwords. */
export const trunkSettingsSchema = z.object({
  ...fields,
  credentials: z.object({ username: z.string() }).nullable(),
  inbound: z.object({
    ...inboundFields,
    digest: z.object({ username: z.string() }).nullable(),
  }),
});
export type TrunkSettings = z.infer<typeof trunkSettingsSchema>;

const trunkStates = ["up", "down", "unknown", "off"] as const;
export type TrunkState = (typeof trunkStates)[number];
const trunkStateSchema = z.enum(trunkStates);

/** One trunk as the API shows it: of passwords only whether there is one. */
export const trunkViewSchema = z.object({
  id: trunkIdSchema,
  ...fields,
  credentials: shownCredentialsSchema.nullable(),
  inbound: z.object({ ...inboundFields, digest: shownCredentialsSchema.nullable() }),
  state: trunkStateSchema,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type TrunkView = z.infer<typeof trunkViewSchema>;

// ── How a trunk fares ───────────────────────────────────────────────────────────────────

const messageCharsMax = 500;

/** What the gateway tells of a trunk: in words, and what they are made of. */
export const trunkReportSchema = z.object({
  state: trunkStateSchema,
  /** One plain sentence, such as "The carrier answered 403 to REGISTER: user name or password." */
  message: z.string().max(messageCharsMax),
  /** Which of the servers is used, as `address:port`; null while none is known. */
  server: z.string().max(300).nullable(),
  registration: z
    .object({
      state: z.enum(["trying", "registered", "failed"]),
      /** Of the last answer; null where none came. */
      sipStatus: z.int().min(100).max(699).nullable(),
      expiresAtMs: z.int().nullable(),
    })
    .nullable(),
  keepAlive: z
    .object({
      state: z.enum(["trying", "answered", "unanswered"]),
      roundTripMs: z.number().nonnegative().nullable(),
    })
    .nullable(),
});
export type TrunkReport = z.infer<typeof trunkReportSchema>;

/** `GET /v1/trunks/:id/status` */
export const trunkStatusViewSchema = z.object({
  trunkId: trunkIdSchema,
  state: trunkStateSchema,
  message: z.string(),
  /** Since when it is in this state; null where nothing was heard of it yet. */
  since: z.iso.datetime().nullable(),
  server: z.string().nullable(),
  registration: z
    .object({
      state: z.enum(["trying", "registered", "failed"]),
      sipStatus: z.int().nullable(),
      expiresAt: z.iso.datetime().nullable(),
    })
    .nullable(),
  keepAlive: trunkReportSchema.shape.keepAlive,
  callsInProgress: z.int().nonnegative(),
  /** What an admin should know of this trunk's settings. */
  notes: z.array(z.string()),
});
export type TrunkStatusView = z.infer<typeof trunkStatusViewSchema>;

const trunkChecks = ["dns", "reachability", "options", "register", "codec", "rtp_ports"] as const;

/** One line of `POST /v1/trunks/:id/test`. */
export const trunkTestLineSchema = z.object({
  check: z.enum(trunkChecks),
  verdict: z.enum(["passed", "warning", "failed", "skipped"]),
  message: z.string().max(messageCharsMax),
});
export type TrunkTestLine = z.infer<typeof trunkTestLineSchema>;

export const trunkTestedSchema = z.object({
  /** Whether no line failed. */
  ok: z.boolean(),
  lines: z.array(trunkTestLineSchema),
});

// ── What a gateway is told ──────────────────────────────────────────────────────────────

/** With the password in plain: the gateway makes a `Secret` of it at once. */
const plannedCredentialsSchema = z.object({ username: z.string(), password: z.string() });

/** A trunk as a gateway carries it out. */
export const trunkPlanSchema = z.object({
  ...trunkSettingsSchema.shape,
  trunkId: trunkIdSchema,
  credentials: plannedCredentialsSchema.nullable(),
  inbound: z.object({ ...inboundFields, digest: plannedCredentialsSchema.nullable() }),
});
export type TrunkPlan = z.infer<typeof trunkPlanSchema>;

function isHost(text: string): boolean {
  if (parseIpRange(text) !== null) return !text.includes("/");
  const labels = text.split(".");
  if (/^[\d.]+$/.test(text)) return false; // neither an address nor a name
  return labels.every((label) => /^(?!-)[a-z\d_-]{1,63}(?<!-)$/i.test(label));
}
