import { z } from "zod";
import { licenseStates } from "./license.ts";

type AlertEntry = {
  readonly severity: "warning" | "critical";
  /** One plain sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
};

/** Everything that an appliance says needs somebody to look after it. Codes never change. */
export const alertCatalogue = {
  export_failing: {
    severity: "critical",
    message: "Usage has not reached billing for 24 hours.",
    remedy:
      "See lastProblem of GET /v1/usage/schedule: the line to billing, its address, its certificate.",
  },
  export_parked: {
    severity: "critical",
    message: "Billing has refused a batch of usage, and nothing is sent until somebody has looked.",
    remedy: "Mend what lastProblem of GET /v1/usage/schedule says, then POST /v1/usage/exports.",
  },
  export_forked: {
    severity: "critical",
    message:
      "Billing knows another history of this appliance: a backup was restored, or a copy runs.",
    remedy: "Make sure that one of them runs, then POST /v1/usage/exports/epoch.",
  },
  spool_growing: {
    severity: "warning",
    message: "A gateway keeps many events that the control plane has not taken.",
    remedy:
      "Look whether the disk is full, and at the log of the control plane for what it refuses.",
  },
  gateway_missing: {
    severity: "critical",
    message: "No gateway is connected: no call can be answered.",
    remedy: "Look at the gateway's log, and whether its process and drachtio run.",
  },
  disk_nearly_full: {
    severity: "warning",
    message: "The disk of the data folder is nearly full.",
    remedy: "Make room: remove old recordings and backups, or give the disk more space.",
  },
  disk_full: {
    severity: "critical",
    message:
      "The disk of the data folder is full: new calls are refused, and nothing can be saved.",
    remedy: "Make room on the disk. Calls in progress go on, and what they leave is written then.",
  },
  vault_sealed: {
    severity: "critical",
    message: "The vault is sealed: no call can be answered.",
    remedy: "Unseal it with POST /v1/vault/unseal and its passphrase.",
  },
  key_failing: {
    severity: "critical",
    message: "The provider refused a number's own key in its last call, or the key does not open.",
    remedy:
      "See GET /v1/byok/health for the reason; mend it with the provider, or save another key.",
  },
  certificate_expiring: {
    severity: "warning",
    message: "The certificate of the API ends within 14 days, and was not renewed.",
    remedy:
      "Look at the log for why; the certificates folder must be writable. A restart tries again.",
  },
  license_ending: {
    severity: "warning",
    message: "The licence ends within 30 days.",
    remedy: "Ask the vendor for the next one, and install it with PUT /v1/license.",
  },
  license_over: {
    severity: "critical",
    message: "The time of the licence is over; after 30 days the plan is free.",
    remedy: "Install a licence that counts with PUT /v1/license.",
  },
  trunk_down: {
    severity: "critical",
    message: "A carrier does not answer, or refuses the trunk.",
    remedy: "See GET /v1/trunks/:id/status for its words, and POST /v1/trunks/:id/test.",
  },
  jobs_parked: {
    severity: "warning",
    message: "Work was given up after its last attempt and waits for somebody.",
    remedy: "See GET /v1/jobs?status=parked for the reason, then POST /v1/jobs/:id/retry.",
  },
  budget_used: {
    severity: "warning",
    message: "A monthly budget is used up.",
    remedy: "Raise it (a number's limits, or PUT /v1/settings/budget), or wait for the next month.",
  },
} as const satisfies Record<string, AlertEntry>;

export type AlertCode = keyof typeof alertCatalogue;
const alertCodes = Object.keys(alertCatalogue) as [AlertCode, ...AlertCode[]];
export const alertCodeSchema = z.enum(alertCodes);

/** One alert that stands. */
export const alertViewSchema = z.object({
  code: alertCodeSchema,
  /** The id of what it is about, such as a trunk's; null where there is one of it. */
  subject: z.string().nullable(),
  severity: z.enum(["warning", "critical"]),
  message: z.string(),
  remedy: z.string(),
  raisedAt: z.iso.datetime(),
});
export type AlertView = z.infer<typeof alertViewSchema>;

const moment = z.iso.datetime();
const bytes = z.int().nonnegative();

/** `GET /v1/system` */
export const systemViewSchema = z.object({
  applianceId: z.string(),
  versions: z.object({ appliance: z.string(), node: z.string(), sqlite: z.string() }),
  /** The appliance's clock. */
  now: moment,
  startedAt: moment,
  uptimeSecs: z.int().nonnegative(),
  license: z.object({
    plan: z.enum(["free", "pro"]),
    state: z.enum(licenseStates),
    validUntil: moment.nullable(),
  }),
  gateways: z.array(
    z.object({
      id: z.string(),
      connectedAt: moment,
      /** Events that it keeps since nobody has acknowledged them; null before it has said. */
      pendingEvents: z.int().nonnegative().nullable(),
    }),
  ),
  vault: z.enum(["open", "sealed"]),
  database: z.object({ bytes }),
  /** The disk of the data folder. */
  disk: z.object({ totalBytes: bytes, freeBytes: bytes }),
  jobs: z.object({ parked: z.int().nonnegative() }),
  export: z.object({
    /** Entries that billing has not acknowledged. */
    backlog: z.int().nonnegative(),
    /** For how long the oldest of them has waited; 0 without any. */
    lagSecs: z.int().nonnegative(),
    failingSince: moment.nullable(),
  }),
  /** Of the API over TLS; null where it is served on this machine only. */
  certificate: z.object({ validUntil: moment }).nullable(),
  alerts: z.array(alertViewSchema),
});
export type SystemView = z.infer<typeof systemViewSchema>;

const addressCharsMax = 254; // RFC 5321 section 4.5.3.1.3

/** `GET` and `PUT /v1/settings/alerts` */
export const alertSettingsSchema = z.strictObject({
  /** Who gets a mail about each alert, by the server of the mail settings; null: nobody. */
  mailTo: z.email().max(addressCharsMax).nullable(),
});
export type AlertSettings = z.infer<typeof alertSettingsSchema>;
