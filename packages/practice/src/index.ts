export type { AudioCodec } from "./audio-format.ts";
export { defaultScenario } from "./default-scenario.ts";
export {
  type AnswerStep,
  parseScenario,
  parseScenarioText,
  type Scenario,
  ScenarioError,
  type ScenarioTurn,
} from "./scenario.ts";
export {
  type Practice,
  type PracticeOptions,
  startPractice,
  type UpgradeRefusal,
} from "./practice-server.ts";
export type { ClientFrame, PracticeSessionView } from "./session/session-view.ts";
export { renderSpeech, type SpeechOptions } from "./voice/render-speech.ts";
export { BillingBook, type BillingTotals } from "./billing/billing-book.ts";
export { type BillingFault, BillingFaults } from "./billing/billing-faults.ts";
export {
  type BillingAnswer,
  BillingReceiver,
  type BillingReceiverOptions,
  type BillingRequest,
} from "./billing/billing-receiver.ts";
export {
  type BillingServer,
  type BillingServerOptions,
  startBilling,
} from "./billing/billing-server.ts";
