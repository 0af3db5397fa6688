import type { CallExtraction } from "@agentcall/contract";

const quoteCharsMin = 3; // a letter stands in every transcript and proves nothing

/**
 * What is left of an extraction once everything is taken out whose quote does not stand, letter for
 * letter, in one of the turns.
 */
export function withEvidence(
  extraction: CallExtraction,
  turnTexts: readonly string[],
): CallExtraction {
  const stands = ({ quote }: { readonly quote: string }): boolean =>
    quote.trim().length >= quoteCharsMin && turnTexts.some((text) => text.includes(quote));
  return {
    ...extraction,
    entities: extraction.entities.filter(stands),
    facts: extraction.facts.filter(stands),
    preferences: extraction.preferences.filter(stands),
    decisions: extraction.decisions.filter(stands),
    commitments: extraction.commitments.filter(stands),
    tasks: extraction.tasks.filter(stands),
    risks: extraction.risks.filter(stands),
    unresolved: extraction.unresolved.filter(stands),
  };
}
