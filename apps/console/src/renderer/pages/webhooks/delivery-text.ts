import type { DeliveryView } from "@agentcall/contract";
import type { StatusKind } from "../../parts/status-dot.tsx";

type Attempt = DeliveryView["attempts"][number];

/** How a delivery stands, in words. */
export function deliveryStateOf({ status, attempts }: Pick<DeliveryView, "status" | "attempts">): {
  readonly kind: StatusKind;
  readonly words: string;
} {
  const tries = attempts.length === 1 ? "one attempt" : `${String(attempts.length)} attempts`;
  switch (status) {
    case "acknowledged":
      return { kind: "good", words: "Delivered" };
    case "waiting":
      return attempts.length === 0
        ? { kind: "waiting", words: "On its way" }
        : { kind: "waiting", words: `Tried again, after ${tries}` };
    case "parked":
      return { kind: "bad", words: `Given up after ${tries}` };
  }
}

/** What the other side said to one attempt. */
export function answerText({ httpStatus, reason }: Attempt): string {
  if (httpStatus === null) return reason ?? "No answer";
  return reason === null ? `HTTP ${String(httpStatus)}` : `HTTP ${String(httpStatus)}: ${reason}`;
}
