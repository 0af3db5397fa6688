import type { CallExtraction } from "@agentcall/contract";

export type SummaryFacts = {
  readonly caller: string;
  readonly calledAt: string;
  readonly businessName: string | null;
  readonly agencyName: string | null;
  readonly report: Pick<
    CallExtraction,
    "summary" | "callerName" | "intent" | "urgency" | "callbackBy"
  >;
};

export type SummaryMail = {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

const subjectCharsMax = 150; // what a list of mails shows

/** The mail about one call: who, how urgent, what in a sentence or two, and when to call back. */
export function summaryMail(facts: SummaryFacts): SummaryMail {
  const { caller, calledAt, businessName, agencyName, report } = facts;
  const who = report.callerName === null ? caller : `${report.callerName} (${caller})`;
  const rows: readonly (readonly [string, string])[] = [
    ["Caller", who],
    ["Time", calledAt],
    ["Urgency", report.urgency],
    ["About", report.intent.replaceAll("_", " ")],
    ...(report.callbackBy === null ? [] : [["Call back", report.callbackBy] as const]),
  ];
  const urgent = report.urgency === "high" ? "Urgent: " : "";
  const name = businessName === null ? "" : ` · ${businessName}`;
  const footer = agencyName ?? "AgentCall";
  return {
    subject: oneLine(`${urgent}Call from ${who}${name}`).slice(0, subjectCharsMax),
    text: `${report.summary}\n\n${rows.map(([k, v]) => `${k}: ${v}`).join("\n")}\n\n-- \n${footer}\n`,
    html: htmlOf(report.summary, rows, footer),
  };
}

/** No picture, style sheet or link: nothing is loaded when the mail is opened. */
function htmlOf(
  summary: string,
  rows: readonly (readonly [string, string])[],
  footer: string,
): string {
  const cells = rows
    .map(([k, v]) => `<tr><td><b>${escaped(k)}</b></td><td>${escaped(v)}</td></tr>`)
    .join("");
  return `<!doctype html><html><body><p>${escaped(summary)}</p><table>${cells}</table><p>${escaped(footer)}</p></body></html>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
