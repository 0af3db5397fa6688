import { X509Certificate } from "node:crypto";

/** When a certificate is renewed: at two thirds of its life, so that a month of trouble does no harm. */
export function renewalDueAtMs(certificatePem: string): number {
  const { validFromDate, validToDate } = new X509Certificate(certificatePem);
  const fromMs = validFromDate.getTime();
  return fromMs + (2 * (validToDate.getTime() - fromMs)) / 3;
}
