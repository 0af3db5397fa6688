import { createHash, timingSafeEqual } from "node:crypto";
import { newId, type Random, Secret } from "@agentcall/base";
import { type Role, roles } from "@agentcall/contract";

/** Who makes a request. */
export type Caller = { readonly apiKeyId: string; readonly role: Role };

const keyForm = /^ac_live_[\w-]{16,128}$/;

/** The key in an Authorization header, or null where there is none of our form. */
export function parseBearer(header: string | undefined): Secret | null {
  const text = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
  return text !== undefined && keyForm.test(text) ? new Secret(text) : null;
}

/** A fresh key: 128 bits of chance behind `ac_live_`. */
export function newApiKey(random: Random): Secret {
  return new Secret(newId("ac_live", random));
}

/**
 * What is stored of a key. A key has 128 bits of chance, so that a plain hash is as good as a
 * slow one: there is nothing to guess.
 */
export function hashOf(key: Secret): Buffer {
  return createHash("sha256").update(key.reveal()).digest();
}

/** Compares without telling by its time how much was equal. */
export function isSameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Whether `role` may do what `needed` may. */
export function mayAct(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}
