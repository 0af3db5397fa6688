import type { EndCause } from "@agentcall/contract";

/** Whether a call that is to be placed has a place, or why it has none. */
export type CallPlace =
  | { readonly kind: "taken" }
  | {
      readonly kind: "refused";
      readonly endCause: EndCause;
      readonly retryAfterSecs: number;
    };
