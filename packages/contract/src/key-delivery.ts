import { z } from "zod";

/** `direct`: a gateway gets the key itself. `ephemeral`: a client secret that opens one session within a minute. */
const keyDeliveryModes = ["direct", "ephemeral"] as const;
export type KeyDeliveryMode = (typeof keyDeliveryModes)[number];

/** `GET/PUT /v1/settings/key-delivery` */
export const keyDeliverySchema = z.strictObject({ keyDelivery: z.enum(keyDeliveryModes) });
