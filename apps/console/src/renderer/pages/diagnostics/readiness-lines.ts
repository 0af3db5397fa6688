import type { Readiness } from "../../api/diagnostics.ts";
import type { StatusKind } from "../../parts/status-dot.tsx";

export type ReadinessLine = {
  readonly name: string;
  readonly kind: StatusKind;
  readonly words: string;
};

/** What readiness is made of, each with what to do where it is missing. */
export function readinessLines({ ready, checks }: Readiness): readonly ReadinessLine[] {
  const { database, gateways, vault } = checks;
  return [
    line("Calls", ready, "New calls are answered.", "New calls are refused: see below."),
    line(
      "Database",
      database === "ok",
      "Can be read.",
      "Cannot be read. Look at the disk and the log of the control plane.",
    ),
    line(
      "Gateways",
      gateways > 0,
      gateways === 1 ? "One is connected." : `${String(gateways)} are connected.`,
      "None is connected. Look whether the gateway runs, and at its log.",
    ),
    line(
      "Vault",
      vault === "open",
      "Open.",
      "Sealed: no key can be opened. Unseal it under Settings.",
    ),
  ];
}

function line(name: string, isGood: boolean, good: string, bad: string): ReadinessLine {
  return { name, kind: isGood ? "good" : "bad", words: isGood ? good : bad };
}
