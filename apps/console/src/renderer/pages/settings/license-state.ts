import type { LicenseView } from "@agentcall/contract";
import type { StatusKind } from "../../parts/status-dot.tsx";

/** How the licence stands, in a sentence. `dayText` writes a moment of the API as a day. */
export function licenseStateOf(
  { state, evaluation, license, graceUntil }: LicenseView,
  dayText: (at: string) => string,
): { readonly kind: StatusKind; readonly words: string } {
  const until = license === null ? "" : dayText(license.validUntil);
  switch (state) {
    case "none":
      return { kind: "waiting", words: "No licence is installed: the free plan counts." };
    case "valid":
      return {
        kind: "good",
        words: `${evaluation ? "Evaluation licence, valid" : "Valid"} until ${until}.`,
      };
    case "grace":
      return {
        kind: "bad",
        words: `Ran out on ${until}. Everything still works until ${graceUntil === null ? "soon" : dayText(graceUntil)}: install a new one before.`,
      };
    case "expired":
      return { kind: "bad", words: `Ran out on ${until}: the free plan counts now.` };
    case "not_yet_valid":
      return {
        kind: "waiting",
        words: `Counts from ${license === null ? "" : dayText(license.validFrom)}.`,
      };
  }
}
