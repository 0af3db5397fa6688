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
