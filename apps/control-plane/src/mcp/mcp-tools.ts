import type { RateCard } from "@agentcall/contract";

/** What a tool does to the appliance, as its annotations tell it. */
export type Effect = "reads" | "changes" | "destroys";

/** A tool is an operation of the API, called as REST would call it. */
export type McpTool = {
  /** The id of `operations`; the tool's name has `_` for each dot. */
  readonly operationId: string;
  readonly effect: Effect;
  /** Whether doing it twice is doing it once. */
  readonly isRepeatable: boolean;
  /** What it costs; absent: nothing. */
  readonly price?: (rates: RateCard) => string;
};

/**
 * What agents may do. Nothing here answers a secret: API keys, webhook secrets, the vault and
 * licences are not among them.
 */
export const mcpTools: readonly McpTool[] = [
  reads("health.ready"),
  reads("license.get"),
  reads("numbers.list"),
  reads("numbers.get"),
  changes("numbers.create"),
  { ...changes("numbers.update"), isRepeatable: true },
  destroys("numbers.delete"),
  reads("numbers.inboundConfig.get"),
  { ...changes("numbers.inboundConfig.set"), isRepeatable: true, price: eachCall },
  destroys("numbers.inboundConfig.delete"),
  { ...changes("numbers.byok.test"), isRepeatable: true, price: keyTest },
  { ...changes("numbers.byok.save"), isRepeatable: true, price: switchToByok },
  { ...destroys("numbers.byok.delete"), price: switchToManaged },
  { ...changes("byok.saveForMany"), isRepeatable: true, price: switchToByok },
  reads("byok.health"),
  reads("calls.list"),
  reads("calls.get"),
  reads("calls.transcript"),
  reads("calls.report"),
  { ...changes("calls.ai"), price: eachCall },
  destroys("calls.hangUp"),
  { ...destroys("calls.transfer"), price: transferredCall },
  reads("contacts.list"),
  reads("contacts.byPhone"),
  { ...changes("contacts.update"), isRepeatable: true },
  destroys("contacts.forget"),
  reads("contacts.nextCallContext"),
  reads("contacts.nextCallContextByPhone"),
  reads("memory.current"),
  reads("memory.timeline"),
  { ...changes("memory.update"), isRepeatable: true },
  destroys("memory.delete"),
  reads("memory.candidates.list"),
  changes("memory.candidates.approve"),
  changes("memory.candidates.reject"),
  reads("reports.list"),
  reads("briefs.list"),
  { ...changes("briefs.acknowledge"), isRepeatable: true },
  { ...changes("briefs.resolve"), isRepeatable: true },
  reads("usage.get"),
  reads("usage.ledger"),
  reads("usage.schedule.get"),
  reads("usage.exports.list"),
  reads("usage.exports.get"),
  changes("usage.exports.run"),
  reads("trunks.list"),
  reads("trunks.get"),
  reads("trunks.status"),
  { ...changes("trunks.test"), isRepeatable: true },
];

function reads(operationId: string): McpTool {
  return { operationId, effect: "reads", isRepeatable: true };
}

function changes(operationId: string): McpTool {
  return { operationId, effect: "changes", isRepeatable: false };
}

/** What was there is gone afterwards, or a caller is cut off: the second time finds nothing. */
function destroys(operationId: string): McpTool {
  return { operationId, effect: "destroys", isRepeatable: true };
}

function eachCall({ managedMicrosPerMinute, byokMicrosPerMinute }: RateCard): string {
  return `Each call that is answered costs ${dollars(managedMicrosPerMinute)} a minute in managed mode, ${dollars(byokMicrosPerMinute)} with a key of your own.`;
}

function keyTest(): string {
  return "Opens a session at OpenAI, on the account of the key: a fraction of a cent. Nothing is charged here.";
}

function switchToByok({ byokMicrosPerMinute }: RateCard): string {
  return `From then on calls cost ${dollars(byokMicrosPerMinute)} a minute here, and OpenAI bills the account of the key.`;
}

function switchToManaged({ managedMicrosPerMinute }: RateCard): string {
  return `From then on calls cost ${dollars(managedMicrosPerMinute)} a minute.`;
}

function transferredCall(): string {
  return "A call that is bridged goes on being charged until it ends; what the carrier takes for the second leg is the carrier's.";
}

function dollars(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(2)}`;
}
