export {
  type Language,
  languages,
  languageSchema,
  type Voice,
  type VoiceMode,
  voiceModes,
  voiceModeSchema,
  voices,
  voiceSchema,
} from "./agent.ts";
export {
  type BudgetRule,
  type BudgetSettings,
  budgetSettingsSchema,
  type BudgetView,
  budgetViewSchema,
} from "./budget.ts";
export {
  type AgentToolCall,
  agentToolCallSchema,
  toolNameCharsMax,
  toolTextCharsMax,
} from "./agent-tool-call.ts";
export {
  type CallLatency,
  callLatencySchema,
  type CallRecord,
  callRecordSchema,
  type CallStatus,
  callStatuses,
  callStatusSchema,
  type Direction,
  directionSchema,
  type EndedBy,
  endedBySchema,
  fallbackStepsMax,
  type MediaStats,
  mediaStatsSchema,
  type TokenUsage,
  tokenUsageSchema,
} from "./call-record.ts";
export {
  type CallEvent,
  callEventSchema,
  type CallKey,
  type CallPlan,
  callPlanSchema,
  type ControlFrame,
  controlFrameBytesMax,
  controlFrameSchema,
  controlLinkVersion,
  type GatewayFrame,
  gatewayFrameSchema,
  type LiveEvent,
  liveEventSchema,
  type PlanOutcome,
  planOutcomeSchema,
} from "./control-link.ts";
export {
  type EndCause,
  endCauses,
  endCauseSchema,
  endCauseText,
  endCauseOfRefusal,
} from "./end-cause.ts";
export { type FallbackStep } from "./fallback-step.ts";
export { type Ladder } from "./fallback.ts";
export { type Tool, type ToolOutcome, toolsSchema } from "./tool.ts";
export {
  type CallUsage,
  callUsageSchema,
  type UsageTerms,
  usageTermsSchema,
} from "./call-usage.ts";
export {
  acknowledgementImportSchema,
  exportBatchStates,
  type ExportBatchView,
  exportBatchViewSchema,
  exportEpochSchema,
  type ExportFormat,
  exportFormatSchema,
  exportRunSchema,
  type ExportScheduleChange,
  exportScheduleChangeSchema,
  type ExportScheduleView,
  exportScheduleViewSchema,
} from "./usage-export.ts";
export {
  correctionCreationSchema,
  type LedgerEntryView,
  ledgerEntryViewSchema,
  ledgerPageSchema,
  ledgerQuerySchema,
  type UsageView,
  usageViewSchema,
} from "./usage.ts";
export { type E164, e164Schema, parseE164 } from "./e164.ts";
export { type ErrorCode, type ErrorEntry, errorCatalogue } from "./error-codes.ts";
export {
  type CallId,
  callIdSchema,
  type NumberId,
  numberIdSchema,
  type TrunkId,
  trunkIdSchema,
} from "./ids.ts";
export { type IpRange, ipRangeHolds, parseIpRange } from "./ip-range.ts";
export {
  type NumberFormat,
  type TrunkChange,
  trunkChangeSchema,
  type TrunkCreation,
  trunkCreationSchema,
  type TrunkPlan,
  type TrunkReport,
  type TrunkServer,
  type TrunkSettings,
  trunkSettingsSchema,
  trunksMax,
  type TrunkState,
  type TrunkStatusView,
  trunkStatusViewSchema,
  trunkTestedSchema,
  type TrunkTestLine,
  type TrunkView,
  trunkViewSchema,
} from "./trunk.ts";
export {
  type CallerFile,
  type CallerManifest,
  callerManifestSchema,
  type ErasureProof,
  erasureProofSchema,
} from "./privacy.ts";
export { type Retention, retentionSchema } from "./retention.ts";
export { type Speaker, speakerSchema, type Turn, turnSchema } from "./turn.ts";
export {
  type CallFilter,
  callFilterSchema,
  callTransferSchema,
  type CallView,
  callViewSchema,
  type TranscriptView,
  transcriptViewSchema,
} from "./call.ts";
export { type ErrorBody, errorBodySchema } from "./error-body.ts";
export {
  alertCatalogue,
  type AlertCode,
  alertCodeSchema,
  type AlertSettings,
  alertSettingsSchema,
  type AlertView,
  type SystemView,
  systemViewSchema,
} from "./system.ts";
export { type LiveMessage, liveMessageSchema } from "./live-message.ts";
export {
  type InboundConfig,
  inboundConfigSchema,
  inboundConfigViewSchema,
  modelNameSchema,
  type NumberChange,
  numberChangeSchema,
  type NumberCreation,
  numberCreationSchema,
  type NumberStatus,
  type NumberView,
  numberViewSchema,
  type OutboundDefaults,
  outboundDefaultsSchema,
  outboundDefaultsViewSchema,
} from "./number.ts";
export {
  type AiCall,
  aiCallSchema,
  type OutboundSettings,
  outboundSettingsSchema,
  type Weekday,
} from "./outbound.ts";
export { pageItemsMax, type PageQuery, pageQuerySchema, pageSchema } from "./page.ts";
export {
  byokAliasSchema,
  byokAliasViewSchema,
  byokBulkSavedSchema,
  byokBulkSchema,
  byokDeletedSchema,
  type ByokKeyHealth,
  byokKeyHealthSchema,
  byokKeySchema,
  byokSavedSchema,
  byokTestedSchema,
  managedKeySavedSchema,
} from "./byok.ts";
export {
  apiKeyCreatedSchema,
  apiKeyCreationSchema,
  type ApiKeyView,
  apiKeyViewSchema,
  type Role,
  roles,
} from "./api-key.ts";
export {
  auditEntryViewSchema,
  auditHeadSchema,
  auditVerdictSchema,
  auditVerifyQuerySchema,
} from "./audit.ts";
export { defaultRateCard, type RateCard, rateCardSchema } from "./rate-card.ts";
export {
  type JobFilter,
  jobFilterSchema,
  type JobState,
  jobStateSchema,
  type JobView,
  jobViewSchema,
} from "./job.ts";
export {
  type License,
  licenseSchema,
  type LicenseState,
  type LicenseView,
  licenseViewSchema,
  type Plan,
  type SignedLicense,
  signedLicenseSchema,
} from "./license.ts";
export { rekeySchema, unsealSchema, type VaultView, vaultViewSchema } from "./vault.ts";
export { type KeyDeliveryMode, keyDeliverySchema } from "./key-delivery.ts";
export {
  type DeliveryState,
  deliveryStateSchema,
  type DeliveryView,
  deliveryViewSchema,
  webhookBodySchema,
  type WebhookCreation,
  webhookCreationSchema,
  type WebhookEvent,
  webhookEvents,
  webhookEventSchema,
  type WebhookSecretView,
  webhookSecretViewSchema,
  type WebhookView,
  webhookViewSchema,
} from "./webhook.ts";
export { fingerprintWordCount, fingerprintWords } from "./fingerprint-words.ts";
export {
  type Paired,
  pairedSchema,
  pairingClaimSchema,
  pairingCreatedSchema,
  pairingCreationSchema,
  parsePairingCode,
} from "./pairing.ts";
export {
  type CallExtraction,
  callExtractionSchema,
  callReportPendingSchema,
  callReportSchema,
  type CallReportView,
  type CallSummary,
  callSummarySchema,
  intentSchema,
  urgencySchema,
} from "./call-report.ts";
export {
  briefCharsMax,
  type BriefState,
  briefStateSchema,
  type BriefView,
  briefViewSchema,
  type CandidateState,
  candidateStateSchema,
  type CandidateView,
  candidateViewSchema,
  type ContactChange,
  contactChangeSchema,
  type ContactView,
  contactViewSchema,
  memoryChangeSchema,
  type MemoryEventView,
  memoryEventViewSchema,
  type MemoryKind,
  memoryKindSchema,
  memorySettingSchema,
  memoryTextCharsMax,
  type MemoryView,
  memoryViewSchema,
  type NextCallContext,
  nextCallContextSchema,
} from "./memory.ts";
export {
  type CallContextView,
  callContextViewSchema,
  contextBlockCharsMax,
  type ContextSource,
  contextSourceSchema,
  contextWebhookSchema,
  notifySchema,
} from "./caller-context.ts";
export {
  type MailSettings,
  mailSettingsSchema,
  type MailSettingsView,
  mailSettingsViewSchema,
  mailTestedSchema,
  mailTestSchema,
} from "./mail.ts";
export { type Operation } from "./operations/operation.ts";
export { operations } from "./operations/operations.ts";
export {
  type ApiDocument,
  apiDocumentSchema,
  type ApiOperation,
  type ApiParameter,
  type JsonSchema,
  jsonSchemaSchema,
} from "./api-document.ts";
export {
  type BillingReason,
  type CarrierReason,
  carrierReasons,
  type CdrImport,
  cdrImportSchema,
  cdrRowsMax,
  differencesShownMax,
  importBytesMax,
  problemsShownMax,
  type ProviderImport,
  providerImportSchema,
  type ProviderReason,
  type ReconciliationImportView,
  reconciliationImportViewSchema,
  reconciliationQuerySchema,
  type ReconciliationTolerance,
  type ReconciliationView,
  reconciliationViewSchema,
} from "./reconciliation.ts";
export {
  type RecordingFlaw,
  recordingFlaws,
  recordingFlawSchema,
  type RecordingOffer,
  type RecordingPiece,
  recordingPieceBytesMax,
  type RecordingPlan,
  type RecordingProgress,
  type RecordingSettings,
  type RecordingState,
  recordingStates,
  type RecordingView,
  recordingViewSchema,
} from "./recording.ts";
