// Written by `npm run sdk` from the OpenAPI document. Change the routes' schemas instead.

/** Every `error.code` of the appliance. */
export type ErrorCode =
  | "malformed_request"
  | "no_saved_agent"
  | "unauthorized"
  | "forbidden"
  | "plan_limit_byok"
  | "destination_not_allowed"
  | "usage_exhausted"
  | "not_found"
  | "method_not_allowed"
  | "recording_not_found"
  | "range_not_satisfiable"
  | "conflict"
  | "no_trunk"
  | "number_exists"
  | "pairing_code_wrong"
  | "pairing_locked"
  | "payload_too_large"
  | "validation_failed"
  | "byok_key_invalid"
  | "byok_test_failed"
  | "license_invalid"
  | "wrong_passphrase"
  | "rate_limited"
  | "recording_unreadable"
  | "call_limit_reached"
  | "internal_error"
  | "storage_full"
  | "voice_ai_unavailable"
  | "vault_sealed";
/** One message of the event stream. */
export type EventsStreamMessage = {
  id: string;
  event:
    | "call.inbound"
    | "call.ringing"
    | "call.status"
    | "call.recording"
    | "call.transcript"
    | "call.report.ready"
    | "transcript.partial"
    | "byok.key.failing"
    | "trunk.status"
    | "alert.raised"
    | "alert.cleared"
    | "usage.budget"
    | "usage.export.delivered"
    | "usage.export.failing";
  timestamp: string;
  data: Record<string, unknown>;
};
export type HealthLiveAnswer = { status: "ok" };
export type HealthReadyAnswer = {
  ready: boolean;
  checks: {
    database: "ok" | "failed";
    gateways: number;
    gatewaysDraining: number;
    vault: "open" | "sealed";
  };
};
export type NumbersListQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
  q?: string | undefined;
  voiceMode?: "managed" | "byok" | undefined;
  trunkId?: string | undefined;
};
export type NumbersListItem = {
  id: string;
  number: string;
  label: string | null;
  trunkId: string | null;
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  keyPreview: string | null;
  inbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    liveTranscript: boolean;
    model: string | null;
    answerDeadlineMs: number;
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    actionWebhook: { url: string; signingSecret: string | null } | null;
    contextSource: "none" | "agentcall_memory" | "webhook" | "merge";
    contextWebhook: { url: string; signingSecret: string | null; timeoutMs: number } | null;
    notify: { emailTo: string | null; businessName: string | null; agencyName: string | null };
    retention: { transcriptDays: number | null; reportDays: number | null };
    limits: {
      maxConcurrentCalls: number | null;
      monthlyBudgetMicros: number | null;
      whenBudgetUsed: "warn" | "stop" | "forward";
    };
  } | null;
  outbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    liveTranscript: boolean;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    model: string | null;
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    ringTimeoutSecs: number;
  } | null;
  status:
    | "ready"
    | "no_agent"
    | "managed_key_missing"
    | "key_unreadable"
    | "vault_sealed"
    | "trial_exhausted";
  createdAt: string;
  updatedAt: string;
};
export type NumbersListAnswer = { items: NumbersListItem[]; nextCursor: string | null };
export type NumbersCreateBody = {
  number: string;
  label?: string | undefined;
  trunkId?: string | null | undefined;
};
export type NumbersCreateAnswer = {
  id: string;
  number: string;
  label: string | null;
  trunkId: string | null;
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  keyPreview: string | null;
  inbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    liveTranscript: boolean;
    model: string | null;
    answerDeadlineMs: number;
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    actionWebhook: { url: string; signingSecret: string | null } | null;
    contextSource: "none" | "agentcall_memory" | "webhook" | "merge";
    contextWebhook: { url: string; signingSecret: string | null; timeoutMs: number } | null;
    notify: { emailTo: string | null; businessName: string | null; agencyName: string | null };
    retention: { transcriptDays: number | null; reportDays: number | null };
    limits: {
      maxConcurrentCalls: number | null;
      monthlyBudgetMicros: number | null;
      whenBudgetUsed: "warn" | "stop" | "forward";
    };
  } | null;
  outbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    liveTranscript: boolean;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    model: string | null;
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    ringTimeoutSecs: number;
  } | null;
  status:
    | "ready"
    | "no_agent"
    | "managed_key_missing"
    | "key_unreadable"
    | "vault_sealed"
    | "trial_exhausted";
  createdAt: string;
  updatedAt: string;
};
export type NumbersGetAnswer = {
  id: string;
  number: string;
  label: string | null;
  trunkId: string | null;
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  keyPreview: string | null;
  inbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    liveTranscript: boolean;
    model: string | null;
    answerDeadlineMs: number;
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    actionWebhook: { url: string; signingSecret: string | null } | null;
    contextSource: "none" | "agentcall_memory" | "webhook" | "merge";
    contextWebhook: { url: string; signingSecret: string | null; timeoutMs: number } | null;
    notify: { emailTo: string | null; businessName: string | null; agencyName: string | null };
    retention: { transcriptDays: number | null; reportDays: number | null };
    limits: {
      maxConcurrentCalls: number | null;
      monthlyBudgetMicros: number | null;
      whenBudgetUsed: "warn" | "stop" | "forward";
    };
  } | null;
  outbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    liveTranscript: boolean;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    model: string | null;
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    ringTimeoutSecs: number;
  } | null;
  status:
    | "ready"
    | "no_agent"
    | "managed_key_missing"
    | "key_unreadable"
    | "vault_sealed"
    | "trial_exhausted";
  createdAt: string;
  updatedAt: string;
};
export type NumbersUpdateBody = {
  label?: string | null | undefined;
  voice?:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse"
    | undefined;
  language?:
    | "auto"
    | "en"
    | "es"
    | "fr"
    | "de"
    | "it"
    | "pt"
    | "nl"
    | "ja"
    | "ko"
    | "zh"
    | "hi"
    | "ar"
    | undefined;
  trunkId?: string | null | undefined;
};
export type NumbersUpdateAnswer = {
  id: string;
  number: string;
  label: string | null;
  trunkId: string | null;
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  keyPreview: string | null;
  inbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    liveTranscript: boolean;
    model: string | null;
    answerDeadlineMs: number;
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    actionWebhook: { url: string; signingSecret: string | null } | null;
    contextSource: "none" | "agentcall_memory" | "webhook" | "merge";
    contextWebhook: { url: string; signingSecret: string | null; timeoutMs: number } | null;
    notify: { emailTo: string | null; businessName: string | null; agencyName: string | null };
    retention: { transcriptDays: number | null; reportDays: number | null };
    limits: {
      maxConcurrentCalls: number | null;
      monthlyBudgetMicros: number | null;
      whenBudgetUsed: "warn" | "stop" | "forward";
    };
  } | null;
  outbound: {
    mode: "ai";
    systemPrompt: string;
    voice:
      | "alloy"
      | "ash"
      | "ballad"
      | "cedar"
      | "coral"
      | "echo"
      | "marin"
      | "sage"
      | "shimmer"
      | "verse";
    language:
      "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
    firstMessage: string | null;
    maxDurationSecs: number;
    liveTranscript: boolean;
    record: boolean;
    recording: {
      disclosure: string | null;
      pauseOnDtmf: boolean;
      pauseSecs: number;
      retentionDays: number;
    };
    model: string | null;
    tools: (
      | { type: "hang_up" }
      | { type: "transfer_call"; destinations: { name: string; to: string }[] }
      | { type: "send_dtmf" }
      | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
    )[];
    fallback: {
      allowManagedKey: boolean;
      forwardTo: string | null;
      announcement: string | null;
      rejectWith: 480 | 486 | 503;
    };
    ringTimeoutSecs: number;
  } | null;
  status:
    | "ready"
    | "no_agent"
    | "managed_key_missing"
    | "key_unreadable"
    | "vault_sealed"
    | "trial_exhausted";
  createdAt: string;
  updatedAt: string;
};
export type NumbersInboundConfigGetAnswer = {
  mode: "ai";
  systemPrompt: string;
  voice:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse";
  language:
    "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
  firstMessage: string | null;
  maxDurationSecs: number;
  record: boolean;
  recording: {
    disclosure: string | null;
    pauseOnDtmf: boolean;
    pauseSecs: number;
    retentionDays: number;
  };
  liveTranscript: boolean;
  model: string | null;
  answerDeadlineMs: number;
  fallback: {
    allowManagedKey: boolean;
    forwardTo: string | null;
    announcement: string | null;
    rejectWith: 480 | 486 | 503;
  };
  tools: (
    | { type: "hang_up" }
    | { type: "transfer_call"; destinations: { name: string; to: string }[] }
    | { type: "send_dtmf" }
    | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
  )[];
  actionWebhook: { url: string; signingSecret: string | null } | null;
  contextSource: "none" | "agentcall_memory" | "webhook" | "merge";
  contextWebhook: { url: string; signingSecret: string | null; timeoutMs: number } | null;
  notify: { emailTo: string | null; businessName: string | null; agencyName: string | null };
  retention: { transcriptDays: number | null; reportDays: number | null };
  limits: {
    maxConcurrentCalls: number | null;
    monthlyBudgetMicros: number | null;
    whenBudgetUsed: "warn" | "stop" | "forward";
  };
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  byokOpenaiApiKeyPreview: string | null;
};
export type NumbersInboundConfigSetBody = {
  mode: "ai";
  systemPrompt: string;
  voice?:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse"
    | undefined;
  language?:
    | "auto"
    | "en"
    | "es"
    | "fr"
    | "de"
    | "it"
    | "pt"
    | "nl"
    | "ja"
    | "ko"
    | "zh"
    | "hi"
    | "ar"
    | undefined;
  firstMessage?: string | null | undefined;
  maxDurationSecs?: number | undefined;
  record?: boolean | undefined;
  recording?:
    | {
        disclosure?: string | null | undefined;
        pauseOnDtmf?: boolean | undefined;
        pauseSecs?: number | undefined;
        retentionDays?: number | undefined;
      }
    | undefined;
  liveTranscript?: boolean | undefined;
  model?: string | null | undefined;
  answerDeadlineMs?: number | undefined;
  fallback?:
    | {
        allowManagedKey?: boolean | undefined;
        forwardTo?: string | null | undefined;
        announcement?: string | null | undefined;
        rejectWith?: 480 | 486 | 503 | undefined;
      }
    | undefined;
  tools?:
    | (
        | { type: "hang_up" }
        | { type: "transfer_call"; destinations: { name: string; to: string }[] }
        | { type: "send_dtmf" }
        | {
            type?: "function" | undefined;
            name: string;
            description?: string | undefined;
            parameters?: Record<string, unknown> | undefined;
          }
      )[]
    | undefined;
  actionWebhook?: { url: string; signingSecret?: string | null | undefined } | null | undefined;
  contextSource?: "none" | "agentcall_memory" | "webhook" | "merge" | undefined;
  contextWebhook?:
    | { url: string; signingSecret?: string | null | undefined; timeoutMs?: number | undefined }
    | null
    | undefined;
  notify?:
    | {
        emailTo?: string | null | undefined;
        businessName?: string | null | undefined;
        agencyName?: string | null | undefined;
      }
    | undefined;
  retention?:
    | { transcriptDays?: number | null | undefined; reportDays?: number | null | undefined }
    | undefined;
  limits?:
    | {
        maxConcurrentCalls?: number | null | undefined;
        monthlyBudgetMicros?: number | null | undefined;
        whenBudgetUsed?: "warn" | "stop" | "forward" | undefined;
      }
    | undefined;
};
export type NumbersInboundConfigSetAnswer = {
  mode: "ai";
  systemPrompt: string;
  voice:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse";
  language:
    "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
  firstMessage: string | null;
  maxDurationSecs: number;
  record: boolean;
  recording: {
    disclosure: string | null;
    pauseOnDtmf: boolean;
    pauseSecs: number;
    retentionDays: number;
  };
  liveTranscript: boolean;
  model: string | null;
  answerDeadlineMs: number;
  fallback: {
    allowManagedKey: boolean;
    forwardTo: string | null;
    announcement: string | null;
    rejectWith: 480 | 486 | 503;
  };
  tools: (
    | { type: "hang_up" }
    | { type: "transfer_call"; destinations: { name: string; to: string }[] }
    | { type: "send_dtmf" }
    | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
  )[];
  actionWebhook: { url: string; signingSecret: string | null } | null;
  contextSource: "none" | "agentcall_memory" | "webhook" | "merge";
  contextWebhook: { url: string; signingSecret: string | null; timeoutMs: number } | null;
  notify: { emailTo: string | null; businessName: string | null; agencyName: string | null };
  retention: { transcriptDays: number | null; reportDays: number | null };
  limits: {
    maxConcurrentCalls: number | null;
    monthlyBudgetMicros: number | null;
    whenBudgetUsed: "warn" | "stop" | "forward";
  };
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  byokOpenaiApiKeyPreview: string | null;
};
export type NumbersOutboundDefaultsGetAnswer = {
  mode: "ai";
  systemPrompt: string;
  voice:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse";
  language:
    "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
  firstMessage: string | null;
  maxDurationSecs: number;
  liveTranscript: boolean;
  record: boolean;
  recording: {
    disclosure: string | null;
    pauseOnDtmf: boolean;
    pauseSecs: number;
    retentionDays: number;
  };
  model: string | null;
  tools: (
    | { type: "hang_up" }
    | { type: "transfer_call"; destinations: { name: string; to: string }[] }
    | { type: "send_dtmf" }
    | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
  )[];
  fallback: {
    allowManagedKey: boolean;
    forwardTo: string | null;
    announcement: string | null;
    rejectWith: 480 | 486 | 503;
  };
  ringTimeoutSecs: number;
} | null;
export type NumbersOutboundDefaultsSetBody = {
  mode?: "ai" | undefined;
  systemPrompt: string;
  voice?:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse"
    | undefined;
  language?:
    | "auto"
    | "en"
    | "es"
    | "fr"
    | "de"
    | "it"
    | "pt"
    | "nl"
    | "ja"
    | "ko"
    | "zh"
    | "hi"
    | "ar"
    | undefined;
  firstMessage?: string | null | undefined;
  maxDurationSecs?: number | undefined;
  liveTranscript?: boolean | undefined;
  record?: boolean | undefined;
  recording?:
    | {
        disclosure?: string | null | undefined;
        pauseOnDtmf?: boolean | undefined;
        pauseSecs?: number | undefined;
        retentionDays?: number | undefined;
      }
    | undefined;
  model?: string | null | undefined;
  tools?:
    | (
        | { type: "hang_up" }
        | { type: "transfer_call"; destinations: { name: string; to: string }[] }
        | { type: "send_dtmf" }
        | {
            type?: "function" | undefined;
            name: string;
            description?: string | undefined;
            parameters?: Record<string, unknown> | undefined;
          }
      )[]
    | undefined;
  fallback?:
    | {
        allowManagedKey?: boolean | undefined;
        forwardTo?: string | null | undefined;
        announcement?: string | null | undefined;
        rejectWith?: 480 | 486 | 503 | undefined;
      }
    | undefined;
  ringTimeoutSecs?: number | undefined;
};
export type NumbersOutboundDefaultsSetAnswer = {
  mode: "ai";
  systemPrompt: string;
  voice:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse";
  language:
    "auto" | "en" | "es" | "fr" | "de" | "it" | "pt" | "nl" | "ja" | "ko" | "zh" | "hi" | "ar";
  firstMessage: string | null;
  maxDurationSecs: number;
  liveTranscript: boolean;
  record: boolean;
  recording: {
    disclosure: string | null;
    pauseOnDtmf: boolean;
    pauseSecs: number;
    retentionDays: number;
  };
  model: string | null;
  tools: (
    | { type: "hang_up" }
    | { type: "transfer_call"; destinations: { name: string; to: string }[] }
    | { type: "send_dtmf" }
    | { type: "function"; name: string; description: string; parameters: Record<string, unknown> }
  )[];
  fallback: {
    allowManagedKey: boolean;
    forwardTo: string | null;
    announcement: string | null;
    rejectWith: 480 | 486 | 503;
  };
  ringTimeoutSecs: number;
} | null;
export type TrunksListQuery = { limit?: number | undefined; cursor?: string | undefined };
export type TrunksListItem = {
  id: string;
  name: string;
  enabled: boolean;
  servers: { host: string; port: number | null }[];
  transport: "udp" | "tcp" | "tls";
  outboundProxy: { host: string; port: number | null } | null;
  registration: { expiresSecs: number; domain: string | null } | null;
  keepAlive: { everySecs: number } | null;
  numberFormat: {
    countryCode: string | null;
    nationalPrefix: string;
    internationalPrefix: string;
    bare: "as_is" | "e164" | "national";
    dial: "e164" | "e164_without_plus" | "national";
    scheme: "sip" | "tel";
  };
  identity: { fromUser: string | null; fromDomain: string | null; assertedIdentity: boolean };
  publicAddress: string | null;
  sessionTimerSecs: number | null;
  codecs: ("pcmu" | "pcma")[] | null;
  srtp: "off" | "offered" | "required";
  maxConcurrentCalls: number | null;
  callsPerSecond: number | null;
  overLimitStatus: 503 | 486;
  credentials: { username: string; hasPassword: boolean } | null;
  inbound: {
    addresses: string[];
    fromServers: boolean;
    digest: { username: string; hasPassword: boolean } | null;
  };
  state: "up" | "down" | "unknown" | "off";
  createdAt: string;
  updatedAt: string;
};
export type TrunksListAnswer = { items: TrunksListItem[]; nextCursor: string | null };
export type TrunksCreateBody = {
  name: string;
  enabled?: boolean | undefined;
  servers?: { host: string; port?: number | null | undefined }[] | undefined;
  transport?: "udp" | "tcp" | "tls" | undefined;
  outboundProxy?: { host: string; port?: number | null | undefined } | null | undefined;
  credentials?: { username: string; password?: string | undefined } | null | undefined;
  registration?:
    { expiresSecs?: number | undefined; domain?: string | null | undefined } | null | undefined;
  inbound?:
    | {
        addresses?: string[] | undefined;
        fromServers?: boolean | undefined;
        digest?: { username: string; password?: string | undefined } | null | undefined;
      }
    | undefined;
  keepAlive?: { everySecs?: number | undefined } | null | undefined;
  numberFormat?:
    | {
        countryCode?: string | null | undefined;
        nationalPrefix?: string | undefined;
        internationalPrefix?: string | undefined;
        bare?: "as_is" | "e164" | "national" | undefined;
        dial?: "e164" | "e164_without_plus" | "national" | undefined;
        scheme?: "sip" | "tel" | undefined;
      }
    | undefined;
  identity?:
    | {
        fromUser?: string | null | undefined;
        fromDomain?: string | null | undefined;
        assertedIdentity?: boolean | undefined;
      }
    | undefined;
  publicAddress?: string | null | undefined;
  sessionTimerSecs?: number | null | undefined;
  codecs?: ("pcmu" | "pcma")[] | null | undefined;
  srtp?: "off" | "offered" | "required" | undefined;
  maxConcurrentCalls?: number | null | undefined;
  callsPerSecond?: number | null | undefined;
  overLimitStatus?: 503 | 486 | undefined;
};
export type TrunksCreateAnswer = {
  id: string;
  name: string;
  enabled: boolean;
  servers: { host: string; port: number | null }[];
  transport: "udp" | "tcp" | "tls";
  outboundProxy: { host: string; port: number | null } | null;
  registration: { expiresSecs: number; domain: string | null } | null;
  keepAlive: { everySecs: number } | null;
  numberFormat: {
    countryCode: string | null;
    nationalPrefix: string;
    internationalPrefix: string;
    bare: "as_is" | "e164" | "national";
    dial: "e164" | "e164_without_plus" | "national";
    scheme: "sip" | "tel";
  };
  identity: { fromUser: string | null; fromDomain: string | null; assertedIdentity: boolean };
  publicAddress: string | null;
  sessionTimerSecs: number | null;
  codecs: ("pcmu" | "pcma")[] | null;
  srtp: "off" | "offered" | "required";
  maxConcurrentCalls: number | null;
  callsPerSecond: number | null;
  overLimitStatus: 503 | 486;
  credentials: { username: string; hasPassword: boolean } | null;
  inbound: {
    addresses: string[];
    fromServers: boolean;
    digest: { username: string; hasPassword: boolean } | null;
  };
  state: "up" | "down" | "unknown" | "off";
  createdAt: string;
  updatedAt: string;
};
export type TrunksGetAnswer = {
  id: string;
  name: string;
  enabled: boolean;
  servers: { host: string; port: number | null }[];
  transport: "udp" | "tcp" | "tls";
  outboundProxy: { host: string; port: number | null } | null;
  registration: { expiresSecs: number; domain: string | null } | null;
  keepAlive: { everySecs: number } | null;
  numberFormat: {
    countryCode: string | null;
    nationalPrefix: string;
    internationalPrefix: string;
    bare: "as_is" | "e164" | "national";
    dial: "e164" | "e164_without_plus" | "national";
    scheme: "sip" | "tel";
  };
  identity: { fromUser: string | null; fromDomain: string | null; assertedIdentity: boolean };
  publicAddress: string | null;
  sessionTimerSecs: number | null;
  codecs: ("pcmu" | "pcma")[] | null;
  srtp: "off" | "offered" | "required";
  maxConcurrentCalls: number | null;
  callsPerSecond: number | null;
  overLimitStatus: 503 | 486;
  credentials: { username: string; hasPassword: boolean } | null;
  inbound: {
    addresses: string[];
    fromServers: boolean;
    digest: { username: string; hasPassword: boolean } | null;
  };
  state: "up" | "down" | "unknown" | "off";
  createdAt: string;
  updatedAt: string;
};
export type TrunksUpdateBody = {
  name?: string | undefined;
  enabled?: boolean | undefined;
  servers?: { host: string; port?: number | null | undefined }[] | undefined;
  transport?: "udp" | "tcp" | "tls" | undefined;
  outboundProxy?: { host: string; port?: number | null | undefined } | null | undefined;
  registration?:
    { expiresSecs?: number | undefined; domain?: string | null | undefined } | null | undefined;
  keepAlive?: { everySecs?: number | undefined } | null | undefined;
  numberFormat?:
    | {
        countryCode?: string | null | undefined;
        nationalPrefix?: string | undefined;
        internationalPrefix?: string | undefined;
        bare?: "as_is" | "e164" | "national" | undefined;
        dial?: "e164" | "e164_without_plus" | "national" | undefined;
        scheme?: "sip" | "tel" | undefined;
      }
    | undefined;
  identity?:
    | {
        fromUser?: string | null | undefined;
        fromDomain?: string | null | undefined;
        assertedIdentity?: boolean | undefined;
      }
    | undefined;
  publicAddress?: string | null | undefined;
  sessionTimerSecs?: number | null | undefined;
  codecs?: ("pcmu" | "pcma")[] | null | undefined;
  srtp?: "off" | "offered" | "required" | undefined;
  maxConcurrentCalls?: number | null | undefined;
  callsPerSecond?: number | null | undefined;
  overLimitStatus?: 503 | 486 | undefined;
  credentials?: { username: string; password?: string | undefined } | null | undefined;
  inbound?:
    | {
        addresses?: string[] | undefined;
        fromServers?: boolean | undefined;
        digest?: { username: string; password?: string | undefined } | null | undefined;
      }
    | undefined;
};
export type TrunksUpdateAnswer = {
  id: string;
  name: string;
  enabled: boolean;
  servers: { host: string; port: number | null }[];
  transport: "udp" | "tcp" | "tls";
  outboundProxy: { host: string; port: number | null } | null;
  registration: { expiresSecs: number; domain: string | null } | null;
  keepAlive: { everySecs: number } | null;
  numberFormat: {
    countryCode: string | null;
    nationalPrefix: string;
    internationalPrefix: string;
    bare: "as_is" | "e164" | "national";
    dial: "e164" | "e164_without_plus" | "national";
    scheme: "sip" | "tel";
  };
  identity: { fromUser: string | null; fromDomain: string | null; assertedIdentity: boolean };
  publicAddress: string | null;
  sessionTimerSecs: number | null;
  codecs: ("pcmu" | "pcma")[] | null;
  srtp: "off" | "offered" | "required";
  maxConcurrentCalls: number | null;
  callsPerSecond: number | null;
  overLimitStatus: 503 | 486;
  credentials: { username: string; hasPassword: boolean } | null;
  inbound: {
    addresses: string[];
    fromServers: boolean;
    digest: { username: string; hasPassword: boolean } | null;
  };
  state: "up" | "down" | "unknown" | "off";
  createdAt: string;
  updatedAt: string;
};
export type TrunksStatusAnswer = {
  trunkId: string;
  state: "up" | "down" | "unknown" | "off";
  message: string;
  since: string | null;
  server: string | null;
  registration: {
    state: "trying" | "registered" | "failed";
    sipStatus: number | null;
    expiresAt: string | null;
  } | null;
  keepAlive: { state: "trying" | "answered" | "unanswered"; roundTripMs: number | null } | null;
  callsInProgress: number;
  notes: string[];
};
export type TrunksTestAnswer = {
  ok: boolean;
  lines: {
    check: "dns" | "reachability" | "options" | "register" | "codec" | "rtp_ports";
    verdict: "passed" | "warning" | "failed" | "skipped";
    message: string;
  }[];
};
export type SettingsManagedKeySaveBody = { apiKey: string };
export type SettingsManagedKeySaveAnswer = { ok: true; keyPreview: string };
export type SettingsKeyDeliveryGetAnswer = { keyDelivery: "direct" | "ephemeral" };
export type SettingsKeyDeliverySetBody = { keyDelivery: "direct" | "ephemeral" };
export type SettingsKeyDeliverySetAnswer = { keyDelivery: "direct" | "ephemeral" };
export type LicenseGetAnswer = {
  applianceId: string;
  plan: "free" | "pro";
  state: "none" | "valid" | "grace" | "expired" | "not_yet_valid";
  evaluation: boolean;
  license: {
    format: "agentcall-license/1";
    licenseId: string;
    applianceId: string | null;
    customer: string;
    plan: "free" | "pro";
    evaluation: boolean;
    rateCard: {
      version: string;
      managedMicrosPerMinute: number;
      byokMicrosPerMinute: number;
      recordingMicrosPerMinute: number;
      increment: { firstSecs: number; thenSecs: number };
    };
    billingEndpoint: string | null;
    caps: { concurrentCalls: number };
    validFrom: string;
    validUntil: string;
  } | null;
  graceUntil: string | null;
  rateCard: {
    version: string;
    managedMicrosPerMinute: number;
    byokMicrosPerMinute: number;
    recordingMicrosPerMinute: number;
    increment: { firstSecs: number; thenSecs: number };
  };
  trial: { includedMs: number; usedMs: number } | null;
};
export type LicenseInstallBody = {
  format: "agentcall-license/1";
  licenseId: string;
  applianceId: string | null;
  customer: string;
  plan: "free" | "pro";
  evaluation: boolean;
  rateCard: {
    version: string;
    managedMicrosPerMinute: number;
    byokMicrosPerMinute: number;
    recordingMicrosPerMinute: number;
    increment: { firstSecs: number; thenSecs: number };
  };
  billingEndpoint: string | null;
  caps: { concurrentCalls: number };
  validFrom: string;
  validUntil: string;
  signature: string;
};
export type LicenseInstallAnswer = {
  applianceId: string;
  plan: "free" | "pro";
  state: "none" | "valid" | "grace" | "expired" | "not_yet_valid";
  evaluation: boolean;
  license: {
    format: "agentcall-license/1";
    licenseId: string;
    applianceId: string | null;
    customer: string;
    plan: "free" | "pro";
    evaluation: boolean;
    rateCard: {
      version: string;
      managedMicrosPerMinute: number;
      byokMicrosPerMinute: number;
      recordingMicrosPerMinute: number;
      increment: { firstSecs: number; thenSecs: number };
    };
    billingEndpoint: string | null;
    caps: { concurrentCalls: number };
    validFrom: string;
    validUntil: string;
  } | null;
  graceUntil: string | null;
  rateCard: {
    version: string;
    managedMicrosPerMinute: number;
    byokMicrosPerMinute: number;
    recordingMicrosPerMinute: number;
    increment: { firstSecs: number; thenSecs: number };
  };
  trial: { includedMs: number; usedMs: number } | null;
};
export type CallsListQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
  q?: string | undefined;
  numberId?: string | undefined;
  direction?: "inbound" | "outbound" | undefined;
  status?:
    | "initiated"
    | "ringing"
    | "in-progress"
    | "completed"
    | "busy"
    | "no_answer"
    | "failed"
    | undefined;
  from?: string | undefined;
  to?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
};
export type CallsListItem = {
  id: string;
  numberId: string | null;
  direction: "inbound" | "outbound";
  from: string;
  to: string;
  status: "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no_answer" | "failed";
  voiceMode: "managed" | "byok" | null;
  model: string | null;
  startedAt: string;
  answeredAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  endedBy: "caller" | "callee" | "agent" | "api" | "system" | null;
  hangupCause: {
    cause:
      | "caller_hung_up"
      | "agent_hung_up"
      | "api_hung_up"
      | "max_duration"
      | "caller_cancelled"
      | "number_unknown"
      | "number_without_agent"
      | "caller_not_allowed"
      | "no_common_codec"
      | "malformed_sdp"
      | "srtp_required"
      | "srtp_off"
      | "no_common_suite"
      | "all_calls_taken"
      | "trunk_calls_taken"
      | "number_calls_taken"
      | "trial_exhausted"
      | "budget_exhausted"
      | "managed_key_missing"
      | "control_plane_unreachable"
      | "storage_full"
      | "vault_sealed"
      | "key_unreadable"
      | "answer_deadline"
      | "ack_timeout"
      | "media_timeout"
      | "signalling_lost"
      | "transferred"
      | "forwarded"
      | "far_end_hung_up"
      | "callee_hung_up"
      | "callee_busy"
      | "callee_no_answer"
      | "callee_declined"
      | "callee_unknown"
      | "carrier_refused"
      | "carrier_unreachable"
      | "session_lost"
      | "session_expired"
      | "model_mute"
      | "provider_unreachable"
      | "provider_tls_error"
      | "provider_error"
      | "provider_timeout"
      | "key_invalid"
      | "key_no_quota"
      | "key_rate_limited"
      | "key_model_not_found"
      | "key_permission_denied"
      | "key_region_blocked"
      | "gateway_draining"
      | "gateway_fault"
      | "gateway_lost";
    message: string;
    sipStatus: number;
    q850Cause: number;
  } | null;
  latency: {
    ringingMs: number | null;
    sessionOpenMs: number | null;
    sessionReadyMs: number | null;
    firstDeltaMs: number | null;
    answeredMs: number | null;
    firstRtpOutMs: number | null;
    bargeInStopMs: number[];
  } | null;
  tokenUsage: {
    inputTextTokens: number;
    inputAudioTokens: number;
    inputCachedTokens: number;
    outputTextTokens: number;
    outputAudioTokens: number;
    transcriptionTokens: number;
  } | null;
  mediaStats: {
    codec: "PCMU" | "PCMA";
    packetsReceived: number;
    packetsLost: number;
    packetsLate: number;
    packetsReordered: number;
    packetsDuplicate: number;
    packetsFromStrangers: number;
    packetsNotRtp: number;
    packetsNotAuthentic: number;
    jitterMs: number;
    packetsSent: number;
    underruns: number;
    overruns: number;
    pacingErrorMsMax: number;
    srtpSuite: string | null;
  } | null;
  toolCallCount: number;
  fallbackSteps: {
    what: "session_replaced" | "managed_key" | "forward" | "announcement" | "rejection";
    why:
      | "caller_hung_up"
      | "agent_hung_up"
      | "api_hung_up"
      | "max_duration"
      | "caller_cancelled"
      | "number_unknown"
      | "number_without_agent"
      | "caller_not_allowed"
      | "no_common_codec"
      | "malformed_sdp"
      | "srtp_required"
      | "srtp_off"
      | "no_common_suite"
      | "all_calls_taken"
      | "trunk_calls_taken"
      | "number_calls_taken"
      | "trial_exhausted"
      | "budget_exhausted"
      | "managed_key_missing"
      | "control_plane_unreachable"
      | "storage_full"
      | "vault_sealed"
      | "key_unreadable"
      | "answer_deadline"
      | "ack_timeout"
      | "media_timeout"
      | "signalling_lost"
      | "transferred"
      | "forwarded"
      | "far_end_hung_up"
      | "callee_hung_up"
      | "callee_busy"
      | "callee_no_answer"
      | "callee_declined"
      | "callee_unknown"
      | "carrier_refused"
      | "carrier_unreachable"
      | "session_lost"
      | "session_expired"
      | "model_mute"
      | "provider_unreachable"
      | "provider_tls_error"
      | "provider_error"
      | "provider_timeout"
      | "key_invalid"
      | "key_no_quota"
      | "key_rate_limited"
      | "key_model_not_found"
      | "key_permission_denied"
      | "key_region_blocked"
      | "gateway_draining"
      | "gateway_fault"
      | "gateway_lost";
    message: string;
    at: string;
  }[];
  recordingReady: boolean;
  recording: {
    status: "running" | "ready" | "failed" | "deleted";
    flaw: "recovered" | "disk_full" | "write_failed" | "damaged" | "undisclosed" | null;
    durationMs: number | null;
    deletedAt: string | null;
  } | null;
  callerContext: {
    source: "none" | "agentcall_memory" | "webhook" | "merge";
    block: string;
    webhook: string;
  } | null;
  metadata: Record<string, string>;
};
export type CallsListAnswer = { items: CallsListItem[]; nextCursor: string | null };
export type CallsGetAnswer = {
  id: string;
  numberId: string | null;
  direction: "inbound" | "outbound";
  from: string;
  to: string;
  status: "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no_answer" | "failed";
  voiceMode: "managed" | "byok" | null;
  model: string | null;
  startedAt: string;
  answeredAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  endedBy: "caller" | "callee" | "agent" | "api" | "system" | null;
  hangupCause: {
    cause:
      | "caller_hung_up"
      | "agent_hung_up"
      | "api_hung_up"
      | "max_duration"
      | "caller_cancelled"
      | "number_unknown"
      | "number_without_agent"
      | "caller_not_allowed"
      | "no_common_codec"
      | "malformed_sdp"
      | "srtp_required"
      | "srtp_off"
      | "no_common_suite"
      | "all_calls_taken"
      | "trunk_calls_taken"
      | "number_calls_taken"
      | "trial_exhausted"
      | "budget_exhausted"
      | "managed_key_missing"
      | "control_plane_unreachable"
      | "storage_full"
      | "vault_sealed"
      | "key_unreadable"
      | "answer_deadline"
      | "ack_timeout"
      | "media_timeout"
      | "signalling_lost"
      | "transferred"
      | "forwarded"
      | "far_end_hung_up"
      | "callee_hung_up"
      | "callee_busy"
      | "callee_no_answer"
      | "callee_declined"
      | "callee_unknown"
      | "carrier_refused"
      | "carrier_unreachable"
      | "session_lost"
      | "session_expired"
      | "model_mute"
      | "provider_unreachable"
      | "provider_tls_error"
      | "provider_error"
      | "provider_timeout"
      | "key_invalid"
      | "key_no_quota"
      | "key_rate_limited"
      | "key_model_not_found"
      | "key_permission_denied"
      | "key_region_blocked"
      | "gateway_draining"
      | "gateway_fault"
      | "gateway_lost";
    message: string;
    sipStatus: number;
    q850Cause: number;
  } | null;
  latency: {
    ringingMs: number | null;
    sessionOpenMs: number | null;
    sessionReadyMs: number | null;
    firstDeltaMs: number | null;
    answeredMs: number | null;
    firstRtpOutMs: number | null;
    bargeInStopMs: number[];
  } | null;
  tokenUsage: {
    inputTextTokens: number;
    inputAudioTokens: number;
    inputCachedTokens: number;
    outputTextTokens: number;
    outputAudioTokens: number;
    transcriptionTokens: number;
  } | null;
  mediaStats: {
    codec: "PCMU" | "PCMA";
    packetsReceived: number;
    packetsLost: number;
    packetsLate: number;
    packetsReordered: number;
    packetsDuplicate: number;
    packetsFromStrangers: number;
    packetsNotRtp: number;
    packetsNotAuthentic: number;
    jitterMs: number;
    packetsSent: number;
    underruns: number;
    overruns: number;
    pacingErrorMsMax: number;
    srtpSuite: string | null;
  } | null;
  toolCallCount: number;
  fallbackSteps: {
    what: "session_replaced" | "managed_key" | "forward" | "announcement" | "rejection";
    why:
      | "caller_hung_up"
      | "agent_hung_up"
      | "api_hung_up"
      | "max_duration"
      | "caller_cancelled"
      | "number_unknown"
      | "number_without_agent"
      | "caller_not_allowed"
      | "no_common_codec"
      | "malformed_sdp"
      | "srtp_required"
      | "srtp_off"
      | "no_common_suite"
      | "all_calls_taken"
      | "trunk_calls_taken"
      | "number_calls_taken"
      | "trial_exhausted"
      | "budget_exhausted"
      | "managed_key_missing"
      | "control_plane_unreachable"
      | "storage_full"
      | "vault_sealed"
      | "key_unreadable"
      | "answer_deadline"
      | "ack_timeout"
      | "media_timeout"
      | "signalling_lost"
      | "transferred"
      | "forwarded"
      | "far_end_hung_up"
      | "callee_hung_up"
      | "callee_busy"
      | "callee_no_answer"
      | "callee_declined"
      | "callee_unknown"
      | "carrier_refused"
      | "carrier_unreachable"
      | "session_lost"
      | "session_expired"
      | "model_mute"
      | "provider_unreachable"
      | "provider_tls_error"
      | "provider_error"
      | "provider_timeout"
      | "key_invalid"
      | "key_no_quota"
      | "key_rate_limited"
      | "key_model_not_found"
      | "key_permission_denied"
      | "key_region_blocked"
      | "gateway_draining"
      | "gateway_fault"
      | "gateway_lost";
    message: string;
    at: string;
  }[];
  recordingReady: boolean;
  recording: {
    status: "running" | "ready" | "failed" | "deleted";
    flaw: "recovered" | "disk_full" | "write_failed" | "damaged" | "undisclosed" | null;
    durationMs: number | null;
    deletedAt: string | null;
  } | null;
  callerContext: {
    source: "none" | "agentcall_memory" | "webhook" | "merge";
    block: string;
    webhook: string;
  } | null;
  metadata: Record<string, string>;
};
export type CallsTranscriptAnswer = {
  entries: {
    role: "human" | "ai";
    text: string;
    timestamp: string;
    itemId: string;
    interrupted: boolean;
  }[];
  toolCalls: {
    name: string;
    arguments: string;
    output: string | null;
    timestamp: string;
    itemId: string;
    afterItemId: string | null;
  }[];
  summary: string | null;
  duration: number | null;
};
export type CallsHangUpAnswer = { ok: true };
export type CallsTransferBody = { to: string };
export type CallsTransferAnswer = { ok: true };
export type CallsAiBody = {
  from: string;
  to: string;
  systemPrompt?: string | undefined;
  voice?:
    | "alloy"
    | "ash"
    | "ballad"
    | "cedar"
    | "coral"
    | "echo"
    | "marin"
    | "sage"
    | "shimmer"
    | "verse"
    | undefined;
  language?:
    | "auto"
    | "en"
    | "es"
    | "fr"
    | "de"
    | "it"
    | "pt"
    | "nl"
    | "ja"
    | "ko"
    | "zh"
    | "hi"
    | "ar"
    | undefined;
  firstMessage?: string | null | undefined;
  maxDurationSecs?: number | undefined;
  liveTranscript?: boolean | undefined;
  record?: boolean | undefined;
  ringTimeoutSecs?: number | undefined;
  metadata?: Record<string, string> | undefined;
  useSavedAgent?: boolean | undefined;
  idempotencyKey?: string | undefined;
};
export type CallsAiAnswer = {
  id: string;
  numberId: string | null;
  direction: "inbound" | "outbound";
  from: string;
  to: string;
  status: "initiated" | "ringing" | "in-progress" | "completed" | "busy" | "no_answer" | "failed";
  voiceMode: "managed" | "byok" | null;
  model: string | null;
  startedAt: string;
  answeredAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  endedBy: "caller" | "callee" | "agent" | "api" | "system" | null;
  hangupCause: {
    cause:
      | "caller_hung_up"
      | "agent_hung_up"
      | "api_hung_up"
      | "max_duration"
      | "caller_cancelled"
      | "number_unknown"
      | "number_without_agent"
      | "caller_not_allowed"
      | "no_common_codec"
      | "malformed_sdp"
      | "srtp_required"
      | "srtp_off"
      | "no_common_suite"
      | "all_calls_taken"
      | "trunk_calls_taken"
      | "number_calls_taken"
      | "trial_exhausted"
      | "budget_exhausted"
      | "managed_key_missing"
      | "control_plane_unreachable"
      | "storage_full"
      | "vault_sealed"
      | "key_unreadable"
      | "answer_deadline"
      | "ack_timeout"
      | "media_timeout"
      | "signalling_lost"
      | "transferred"
      | "forwarded"
      | "far_end_hung_up"
      | "callee_hung_up"
      | "callee_busy"
      | "callee_no_answer"
      | "callee_declined"
      | "callee_unknown"
      | "carrier_refused"
      | "carrier_unreachable"
      | "session_lost"
      | "session_expired"
      | "model_mute"
      | "provider_unreachable"
      | "provider_tls_error"
      | "provider_error"
      | "provider_timeout"
      | "key_invalid"
      | "key_no_quota"
      | "key_rate_limited"
      | "key_model_not_found"
      | "key_permission_denied"
      | "key_region_blocked"
      | "gateway_draining"
      | "gateway_fault"
      | "gateway_lost";
    message: string;
    sipStatus: number;
    q850Cause: number;
  } | null;
  latency: {
    ringingMs: number | null;
    sessionOpenMs: number | null;
    sessionReadyMs: number | null;
    firstDeltaMs: number | null;
    answeredMs: number | null;
    firstRtpOutMs: number | null;
    bargeInStopMs: number[];
  } | null;
  tokenUsage: {
    inputTextTokens: number;
    inputAudioTokens: number;
    inputCachedTokens: number;
    outputTextTokens: number;
    outputAudioTokens: number;
    transcriptionTokens: number;
  } | null;
  mediaStats: {
    codec: "PCMU" | "PCMA";
    packetsReceived: number;
    packetsLost: number;
    packetsLate: number;
    packetsReordered: number;
    packetsDuplicate: number;
    packetsFromStrangers: number;
    packetsNotRtp: number;
    packetsNotAuthentic: number;
    jitterMs: number;
    packetsSent: number;
    underruns: number;
    overruns: number;
    pacingErrorMsMax: number;
    srtpSuite: string | null;
  } | null;
  toolCallCount: number;
  fallbackSteps: {
    what: "session_replaced" | "managed_key" | "forward" | "announcement" | "rejection";
    why:
      | "caller_hung_up"
      | "agent_hung_up"
      | "api_hung_up"
      | "max_duration"
      | "caller_cancelled"
      | "number_unknown"
      | "number_without_agent"
      | "caller_not_allowed"
      | "no_common_codec"
      | "malformed_sdp"
      | "srtp_required"
      | "srtp_off"
      | "no_common_suite"
      | "all_calls_taken"
      | "trunk_calls_taken"
      | "number_calls_taken"
      | "trial_exhausted"
      | "budget_exhausted"
      | "managed_key_missing"
      | "control_plane_unreachable"
      | "storage_full"
      | "vault_sealed"
      | "key_unreadable"
      | "answer_deadline"
      | "ack_timeout"
      | "media_timeout"
      | "signalling_lost"
      | "transferred"
      | "forwarded"
      | "far_end_hung_up"
      | "callee_hung_up"
      | "callee_busy"
      | "callee_no_answer"
      | "callee_declined"
      | "callee_unknown"
      | "carrier_refused"
      | "carrier_unreachable"
      | "session_lost"
      | "session_expired"
      | "model_mute"
      | "provider_unreachable"
      | "provider_tls_error"
      | "provider_error"
      | "provider_timeout"
      | "key_invalid"
      | "key_no_quota"
      | "key_rate_limited"
      | "key_model_not_found"
      | "key_permission_denied"
      | "key_region_blocked"
      | "gateway_draining"
      | "gateway_fault"
      | "gateway_lost";
    message: string;
    at: string;
  }[];
  recordingReady: boolean;
  recording: {
    status: "running" | "ready" | "failed" | "deleted";
    flaw: "recovered" | "disk_full" | "write_failed" | "damaged" | "undisclosed" | null;
    durationMs: number | null;
    deletedAt: string | null;
  } | null;
  callerContext: {
    source: "none" | "agentcall_memory" | "webhook" | "merge";
    block: string;
    webhook: string;
  } | null;
  metadata: Record<string, string>;
};
export type SettingsOutboundGetAnswer = {
  enabled: boolean;
  allowedCountries: string[] | null;
  allowedPrefixes: string[];
  blockedPrefixes: string[];
  applianceLimits: { maxConcurrentCalls: number | null; maxCallsPerDay: number | null };
  numberLimits: { maxConcurrentCalls: number | null; maxCallsPerDay: number | null };
  hours: {
    timezone: string;
    days: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
    from: string;
    to: string;
  } | null;
  earlyMedia: "ignore";
};
export type SettingsOutboundSetBody = {
  enabled?: boolean | undefined;
  allowedCountries?: string[] | null | undefined;
  allowedPrefixes?: string[] | undefined;
  blockedPrefixes?: string[] | undefined;
  applianceLimits?:
    | { maxConcurrentCalls?: number | null | undefined; maxCallsPerDay?: number | null | undefined }
    | undefined;
  numberLimits?:
    | { maxConcurrentCalls?: number | null | undefined; maxCallsPerDay?: number | null | undefined }
    | undefined;
  hours?:
    | {
        timezone: string;
        days: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
        from: string;
        to: string;
      }
    | null
    | undefined;
  earlyMedia?: "ignore" | undefined;
};
export type SettingsOutboundSetAnswer = {
  enabled: boolean;
  allowedCountries: string[] | null;
  allowedPrefixes: string[];
  blockedPrefixes: string[];
  applianceLimits: { maxConcurrentCalls: number | null; maxCallsPerDay: number | null };
  numberLimits: { maxConcurrentCalls: number | null; maxCallsPerDay: number | null };
  hours: {
    timezone: string;
    days: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
    from: string;
    to: string;
  } | null;
  earlyMedia: "ignore";
};
export type CallsReportAnswer =
  | {
      status: "ready" | "failed";
      callId: string;
      readyAt: string;
      report: {
        summary: string;
        callerName: string | null;
        intent:
          | "service_request"
          | "quote_request"
          | "scheduling"
          | "complaint"
          | "spam"
          | "general_inquiry"
          | "other";
        urgency: "high" | "medium" | "low";
        callbackBy: string | null;
        spam: boolean;
        entities: { kind: string; text: string; quote: string }[];
        facts: { slot: string; text: string; confidence: number; quote: string }[];
        preferences: { slot: string; text: string; confidence: number; quote: string }[];
        decisions: { text: string; quote: string }[];
        commitments: {
          slot: string;
          text: string;
          by: "caller" | "business";
          dueDate: string | null;
          confidence: number;
          quote: string;
        }[];
        tasks: { text: string; quote: string }[];
        risks: { text: string; quote: string }[];
        unresolved: { text: string; quote: string }[];
        nextCallContext: string;
        ownerBrief: string;
      } | null;
    }
  | { status: "extracting" };
export type CallsDrawReportAnswer = { status: "extracting" };
export type ReportsListQuery = { limit?: number | undefined; cursor?: string | undefined };
export type ReportsListItem = {
  status: "ready" | "failed";
  callId: string;
  readyAt: string;
  report: {
    summary: string;
    callerName: string | null;
    intent:
      | "service_request"
      | "quote_request"
      | "scheduling"
      | "complaint"
      | "spam"
      | "general_inquiry"
      | "other";
    urgency: "high" | "medium" | "low";
    callbackBy: string | null;
    spam: boolean;
    entities: { kind: string; text: string; quote: string }[];
    facts: { slot: string; text: string; confidence: number; quote: string }[];
    preferences: { slot: string; text: string; confidence: number; quote: string }[];
    decisions: { text: string; quote: string }[];
    commitments: {
      slot: string;
      text: string;
      by: "caller" | "business";
      dueDate: string | null;
      confidence: number;
      quote: string;
    }[];
    tasks: { text: string; quote: string }[];
    risks: { text: string; quote: string }[];
    unresolved: { text: string; quote: string }[];
    nextCallContext: string;
    ownerBrief: string;
  } | null;
};
export type ReportsListAnswer = { items: ReportsListItem[]; nextCursor: string | null };
export type BriefsListQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
  status?: "open" | "acknowledged" | "resolved" | undefined;
  urgency?: "high" | "medium" | "low" | undefined;
};
export type BriefsListItem = {
  id: string;
  callId: string;
  contactId: string | null;
  text: string;
  urgency: "high" | "medium" | "low";
  status: "open" | "acknowledged" | "resolved";
  createdAt: string;
  updatedAt: string;
};
export type BriefsListAnswer = { items: BriefsListItem[]; nextCursor: string | null };
export type BriefsAcknowledgeAnswer = {
  id: string;
  callId: string;
  contactId: string | null;
  text: string;
  urgency: "high" | "medium" | "low";
  status: "open" | "acknowledged" | "resolved";
  createdAt: string;
  updatedAt: string;
};
export type BriefsResolveAnswer = {
  id: string;
  callId: string;
  contactId: string | null;
  text: string;
  urgency: "high" | "medium" | "low";
  status: "open" | "acknowledged" | "resolved";
  createdAt: string;
  updatedAt: string;
};
export type ContactsListQuery = { limit?: number | undefined; cursor?: string | undefined };
export type ContactsListItem = {
  id: string;
  phone: string;
  displayName: string | null;
  tags: string[];
  ownerNotes: string | null;
  verified: boolean;
  blockedAt: string | null;
  createdAt: string;
  updatedAt: string;
};
export type ContactsListAnswer = { items: ContactsListItem[]; nextCursor: string | null };
export type ContactsByPhoneAnswer = {
  id: string;
  phone: string;
  displayName: string | null;
  tags: string[];
  ownerNotes: string | null;
  verified: boolean;
  blockedAt: string | null;
  createdAt: string;
  updatedAt: string;
};
export type ContactsUpdateBody = {
  displayName?: string | null | undefined;
  tags?: string[] | undefined;
  ownerNotes?: string | null | undefined;
  verified?: boolean | undefined;
  blockedAt?: string | null | undefined;
};
export type ContactsUpdateAnswer = {
  id: string;
  phone: string;
  displayName: string | null;
  tags: string[];
  ownerNotes: string | null;
  verified: boolean;
  blockedAt: string | null;
  createdAt: string;
  updatedAt: string;
};
export type ContactsNextCallContextAnswer = {
  contactId: string | null;
  phone: string;
  numberId: string | null;
  brief: string;
  contextBlock: string;
  contextBlockChars: number;
  isEmpty: boolean;
  updatedAt: string | null;
};
export type ContactsNextCallContextByPhoneAnswer = {
  contactId: string | null;
  phone: string;
  numberId: string | null;
  brief: string;
  contextBlock: string;
  contextBlockChars: number;
  isEmpty: boolean;
  updatedAt: string | null;
};
export type MemoryCurrentQuery = { contactId: string };
export type MemoryCurrentItem = {
  id: string;
  contactId: string;
  slot: string;
  kind: "fact" | "preference" | "commitment";
  text: string;
  confidence: number;
  sourceCallId: string;
  quote: string;
  ownerApproved: boolean;
  corroborations: number;
  createdAt: string;
  updatedAt: string;
};
export type MemoryCurrentAnswer = { items: MemoryCurrentItem[]; nextCursor: string | null };
export type MemoryTimelineItem = {
  what:
    | "created"
    | "corroborated"
    | "superseded"
    | "candidate_rejected"
    | "approved"
    | "edited"
    | "deleted";
  at: string;
  memoryId: string | null;
  text: string;
  quote: string | null;
  sourceCallId: string | null;
  reason: string | null;
};
export type MemoryTimelineAnswer = { items: MemoryTimelineItem[]; nextCursor: string | null };
export type MemoryUpdateBody = { text: string };
export type MemoryUpdateAnswer = {
  id: string;
  contactId: string;
  slot: string;
  kind: "fact" | "preference" | "commitment";
  text: string;
  confidence: number;
  sourceCallId: string;
  quote: string;
  ownerApproved: boolean;
  corroborations: number;
  createdAt: string;
  updatedAt: string;
};
export type MemoryCandidatesListQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
  status?: "pending" | "accepted" | "corroborated" | "rejected" | undefined;
  contactId?: string | undefined;
};
export type MemoryCandidatesListItem = {
  id: string;
  contactId: string;
  status: "pending" | "accepted" | "corroborated" | "rejected";
  slot: string;
  kind: "fact" | "preference" | "commitment";
  text: string;
  confidence: number;
  sourceCallId: string;
  quote: string;
  reason: string | null;
  memoryId: string | null;
  createdAt: string;
};
export type MemoryCandidatesListAnswer = {
  items: MemoryCandidatesListItem[];
  nextCursor: string | null;
};
export type MemoryCandidatesApproveAnswer = {
  id: string;
  contactId: string;
  status: "pending" | "accepted" | "corroborated" | "rejected";
  slot: string;
  kind: "fact" | "preference" | "commitment";
  text: string;
  confidence: number;
  sourceCallId: string;
  quote: string;
  reason: string | null;
  memoryId: string | null;
  createdAt: string;
};
export type MemoryCandidatesRejectAnswer = {
  id: string;
  contactId: string;
  status: "pending" | "accepted" | "corroborated" | "rejected";
  slot: string;
  kind: "fact" | "preference" | "commitment";
  text: string;
  confidence: number;
  sourceCallId: string;
  quote: string;
  reason: string | null;
  memoryId: string | null;
  createdAt: string;
};
export type SettingsMemoryGetAnswer = { enabled: boolean };
export type SettingsMemorySetBody = { enabled: boolean };
export type SettingsMemorySetAnswer = { enabled: boolean };
export type SettingsMailGetAnswer = {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  username: string | null;
  from: string;
  hasPassword: boolean;
} | null;
export type SettingsMailSetBody = {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  username?: string | null | undefined;
  from: string;
  password?: string | null | undefined;
};
export type SettingsMailSetAnswer = {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  username: string | null;
  from: string;
  hasPassword: boolean;
} | null;
export type SettingsMailTestBody = { to: string };
export type SettingsMailTestAnswer = { ok: boolean; reason: string | null };
export type ContactsEraseAnswer = {
  id: string;
  contactId: string | null;
  erasedAt: string;
  callIds: string[];
  erased: { path: string; bytes: number; sha256: string }[];
};
export type ContactsEraseByPhoneAnswer = {
  id: string;
  contactId: string | null;
  erasedAt: string;
  callIds: string[];
  erased: { path: string; bytes: number; sha256: string }[];
};
export type ApiKeysListItem = {
  id: string;
  role: "viewer" | "operator" | "admin";
  label: string | null;
  createdAt: string;
  lastUsedAt: string | null;
};
export type ApiKeysListAnswer = { items: ApiKeysListItem[]; nextCursor: string | null };
export type ApiKeysCreateBody = {
  role: "viewer" | "operator" | "admin";
  label?: string | null | undefined;
};
export type ApiKeysCreateAnswer = {
  id: string;
  role: "viewer" | "operator" | "admin";
  label: string | null;
  createdAt: string;
  lastUsedAt: string | null;
  apiKey: string | null;
};
export type AuditListQuery = { limit?: number | undefined; cursor?: string | undefined };
export type AuditListItem = {
  seq: number;
  at: string;
  actor: string;
  role: string;
  action: string;
  object: string;
  detail: Record<string, unknown>;
  hash: string;
};
export type AuditListAnswer = { items: AuditListItem[]; nextCursor: string | null };
export type AuditHeadAnswer = {
  applianceId: string;
  entries: number;
  head: string;
  at: string;
  statement: string;
  algorithm: "Ed25519";
  signature: string;
  publicKey: string;
};
export type AuditVerifyQuery = { entries?: number | undefined; head?: string | undefined };
export type AuditVerifyAnswer = {
  ok: boolean;
  entries: number | null;
  head: string | null;
  brokenAt: number | null;
  fault: "altered" | "removed" | "moved" | null;
};
export type PairingCreateBody = { validMinutes?: number | undefined };
export type PairingCreateAnswer = {
  code: string;
  expiresAt: string;
  fingerprintWords: string[] | null;
};
export type PairingClaimBody = { code: string; consoleName: string };
export type PairingClaimAnswer = { apiKey: string; apiKeyId: string; applianceName: string };
export type SettingsBudgetGetAnswer = {
  monthlyBudgetMicros: number | null;
  whenBudgetUsed: "warn" | "stop" | "forward";
  timezone: string;
  month: string;
  usedMicros: number;
};
export type SettingsBudgetSetBody = {
  monthlyBudgetMicros?: number | null | undefined;
  whenBudgetUsed?: "warn" | "stop" | "forward" | undefined;
  timezone?: string | undefined;
};
export type SettingsBudgetSetAnswer = {
  monthlyBudgetMicros: number | null;
  whenBudgetUsed: "warn" | "stop" | "forward";
  timezone: string;
  month: string;
  usedMicros: number;
};
export type UsageGetQuery = { period?: string | undefined };
export type UsageGetAnswer = {
  period: string;
  total: {
    calls: number;
    billedSeconds: number;
    billedMinutes: number;
    amountMicros: number;
    amount: string;
  };
  items: {
    numberId: string;
    number: string | null;
    voiceMode: "managed" | "byok";
    calls: number;
    billedSeconds: number;
    billedMinutes: number;
    amountMicros: number;
    amount: string;
    tokenUsage: {
      inputTextTokens: number;
      inputAudioTokens: number;
      inputCachedTokens: number;
      outputTextTokens: number;
      outputAudioTokens: number;
      transcriptionTokens: number;
    };
    estimatedProviderCostMicros: number | null;
  }[];
};
export type UsageLedgerQuery = { since?: number | undefined; limit?: number | undefined };
export type UsageLedgerItem = {
  sequence: number;
  id: string;
  epoch: number;
  kind: "interim" | "final" | "recovered" | "correction";
  callId: string;
  segment: number;
  numberId: string;
  voiceMode: "managed" | "byok";
  direction: "inbound" | "outbound";
  recorded: boolean;
  rateCardVersion: string;
  keyFingerprint: string | null;
  trunkId: string | null;
  bookedAt: string;
  fromMs: number;
  toMs: number;
  billedMs: number;
  amountMicros: number;
  clockDriftMs: number;
  correctsEntryId: string | null;
  reason: string | null;
  hash: string;
};
export type UsageLedgerAnswer = { items: UsageLedgerItem[]; nextCursor: string | null };
export type UsageCorrectBody = {
  entryId: string;
  amountMicros: number;
  billedMs?: number | undefined;
  reason: string;
};
export type UsageCorrectAnswer = {
  sequence: number;
  id: string;
  epoch: number;
  kind: "interim" | "final" | "recovered" | "correction";
  callId: string;
  segment: number;
  numberId: string;
  voiceMode: "managed" | "byok";
  direction: "inbound" | "outbound";
  recorded: boolean;
  rateCardVersion: string;
  keyFingerprint: string | null;
  trunkId: string | null;
  bookedAt: string;
  fromMs: number;
  toMs: number;
  billedMs: number;
  amountMicros: number;
  clockDriftMs: number;
  correctsEntryId: string | null;
  reason: string | null;
  hash: string;
};
export type SystemGetAnswer = {
  applianceId: string;
  versions: { appliance: string; node: string; sqlite: string };
  now: string;
  startedAt: string;
  uptimeSecs: number;
  license: {
    plan: "free" | "pro";
    state: "none" | "valid" | "grace" | "expired" | "not_yet_valid";
    validUntil: string | null;
  };
  gateways: { id: string; connectedAt: string; pendingEvents: number | null }[];
  vault: "open" | "sealed";
  database: { bytes: number };
  disk: { totalBytes: number; freeBytes: number };
  jobs: { parked: number };
  export: { backlog: number; lagSecs: number; failingSince: string | null };
  certificate: { validUntil: string } | null;
  alerts: {
    code:
      | "export_failing"
      | "export_parked"
      | "export_forked"
      | "spool_growing"
      | "gateway_missing"
      | "disk_nearly_full"
      | "disk_full"
      | "vault_sealed"
      | "key_failing"
      | "certificate_expiring"
      | "license_ending"
      | "license_over"
      | "trunk_down"
      | "jobs_parked"
      | "budget_used";
    subject: string | null;
    severity: "warning" | "critical";
    message: string;
    remedy: string;
    raisedAt: string;
  }[];
};
export type SettingsAlertsGetAnswer = { mailTo: string | null };
export type SettingsAlertsSetBody = { mailTo: string | null };
export type SettingsAlertsSetAnswer = { mailTo: string | null };
export type UsageExportsListQuery = { limit?: number | undefined; cursor?: string | undefined };
export type UsageExportsListItem = {
  id: string;
  epoch: number;
  number: number;
  fromSequence: number;
  toSequence: number;
  entryCount: number;
  amountMicros: number;
  billedMs: number;
  state: "sealed" | "acknowledged" | "parked";
  sealedAt: string;
  attempts: number;
  lastAttemptAt: string | null;
  lastProblem: string | null;
  acknowledgedAt: string | null;
  rejected: { entryId: string; reason: string }[];
};
export type UsageExportsListAnswer = { items: UsageExportsListItem[]; nextCursor: string | null };
export type UsageExportsRunAnswer = {
  queued: true;
  batch: {
    id: string;
    epoch: number;
    number: number;
    fromSequence: number;
    toSequence: number;
    entryCount: number;
    amountMicros: number;
    billedMs: number;
    state: "sealed" | "acknowledged" | "parked";
    sealedAt: string;
    attempts: number;
    lastAttemptAt: string | null;
    lastProblem: string | null;
    acknowledgedAt: string | null;
    rejected: { entryId: string; reason: string }[];
  } | null;
};
export type UsageExportsGetAnswer = {
  id: string;
  epoch: number;
  number: number;
  fromSequence: number;
  toSequence: number;
  entryCount: number;
  amountMicros: number;
  billedMs: number;
  state: "sealed" | "acknowledged" | "parked";
  sealedAt: string;
  attempts: number;
  lastAttemptAt: string | null;
  lastProblem: string | null;
  acknowledgedAt: string | null;
  rejected: { entryId: string; reason: string }[];
};
export type UsageExportsBeginEpochAnswer = { epoch: number };
export type UsageExportsAcknowledgeBody = { acknowledgement: string; signature: string };
export type UsageExportsAcknowledgeAnswer = {
  id: string;
  epoch: number;
  number: number;
  fromSequence: number;
  toSequence: number;
  entryCount: number;
  amountMicros: number;
  billedMs: number;
  state: "sealed" | "acknowledged" | "parked";
  sealedAt: string;
  attempts: number;
  lastAttemptAt: string | null;
  lastProblem: string | null;
  acknowledgedAt: string | null;
  rejected: { entryId: string; reason: string }[];
};
export type UsageExportsFileQuery = { format?: "cloudevents" | "csv" | undefined };
export type UsageScheduleGetAnswer = {
  cron: string;
  timezone: string;
  endpoint: string | null;
  format: "cloudevents" | "openmeter" | "stripe" | "csv";
  receiverKey: string | null;
  hasCredential: boolean;
  nextRunAt: string;
  epoch: number;
  watermark: number;
  backlog: number;
  halted: "fork" | "parked" | null;
  failingSince: string | null;
  lastProblem: string | null;
};
export type UsageScheduleSetBody = {
  cron?: string | undefined;
  timezone?: string | undefined;
  endpoint: string | null;
  format?: "cloudevents" | "openmeter" | "stripe" | "csv" | undefined;
  receiverKey?: string | null | undefined;
  credential?: string | null | undefined;
};
export type UsageScheduleSetAnswer = {
  cron: string;
  timezone: string;
  endpoint: string | null;
  format: "cloudevents" | "openmeter" | "stripe" | "csv";
  receiverKey: string | null;
  hasCredential: boolean;
  nextRunAt: string;
  epoch: number;
  watermark: number;
  backlog: number;
  halted: "fork" | "parked" | null;
  failingSince: string | null;
  lastProblem: string | null;
};
export type UsageReconciliationGetQuery = {
  durationToleranceMs?: number | undefined;
  clockToleranceMs?: number | undefined;
  matchWindowMs?: number | undefined;
  tokenTolerancePerMille?: number | undefined;
  period?: string | undefined;
};
export type UsageReconciliationGetAnswer = {
  period: string;
  tolerance: {
    durationToleranceMs: number;
    clockToleranceMs: number;
    matchWindowMs: number;
    tokenTolerancePerMille: number;
  };
  billing: {
    ledger: { entries: number; billedMs: number; amountMicros: number };
    acknowledged: { entries: number; billedMs: number; amountMicros: number };
    differences: {
      reason: "not_sealed" | "not_acknowledged" | "parked" | "rejected";
      entries: number;
      billedMs: number;
      amountMicros: number;
    }[];
    receiver: {
      epoch: number;
      toSequence: number;
      holdsMicros: number;
      expectedMicros: number;
      differenceMicros: number;
    } | null;
  };
  carrier: {
    callsNotCovered: number;
    ours: { calls: number; talkMs: number };
    theirs: { rows: number; durationMs: number };
    differenceMs: number;
    byReason: {
      reason:
        | "within_tolerance"
        | "unanswered"
        | "ring_time"
        | "rounding"
        | "transfer"
        | "duplicate"
        | "clock_offset"
        | "answered_at_carrier_only"
        | "missing_at_carrier"
        | "missing_in_ledger"
        | "unexplained";
      count: number;
      differenceMs: number;
    }[];
    differences: {
      reason:
        | "within_tolerance"
        | "unanswered"
        | "ring_time"
        | "rounding"
        | "transfer"
        | "duplicate"
        | "clock_offset"
        | "answered_at_carrier_only"
        | "missing_at_carrier"
        | "missing_in_ledger"
        | "unexplained";
      at: string;
      from: string;
      to: string;
      callId: string | null;
      importId: string | null;
      line: number | null;
      ourMs: number | null;
      theirMs: number | null;
      differenceMs: number;
      clockOffsetMs: number | null;
    }[];
    differencesLeftOut: number;
  } | null;
  provider: {
    days: {
      day: string;
      key: string;
      ours: { inputTokens: number; outputTokens: number };
      theirs: { inputTokens: number; outputTokens: number };
      differenceTokens: number;
      reason:
        | "within_tolerance"
        | "day_edge"
        | "missing_at_provider"
        | "missing_in_calls"
        | "unexplained";
    }[];
    otherTokens: number;
    tokensNotCovered: number;
  } | null;
};
export type UsageReconciliationImportCdrBody = {
  csv: string;
  trunkId?: string | null | undefined;
  from: string;
  until: string;
  delimiter?: "," | ";" | "\t" | "|" | undefined;
  header?: boolean | undefined;
  columns: {
    startedAt: string;
    from: string;
    to: string;
    duration: string;
    sipCallId?: string | undefined;
  };
  timeForm?: "iso" | "ymd" | "dmy" | "mdy" | "unix" | "unix-ms" | undefined;
  timezone?: string | undefined;
  durationForm?: "secs" | "ms" | "hms" | undefined;
};
export type UsageReconciliationImportCdrAnswer = {
  id: string;
  kind: "carrier" | "provider";
  trunkId: string | null;
  from: string;
  until: string;
  rows: number;
  badRows: number;
  problems: { line: number; problem: string }[];
  importedAt: string;
};
export type UsageReconciliationImportProviderUsageBody = {
  keys: { apiKeyId: string; key: string }[];
  pages: {
    data: {
      start_time: number;
      end_time: number;
      results: {
        input_tokens?: number | undefined;
        output_tokens?: number | undefined;
        api_key_id?: string | null | undefined;
      }[];
    }[];
  }[];
};
export type UsageReconciliationImportProviderUsageAnswer = {
  id: string;
  kind: "carrier" | "provider";
  trunkId: string | null;
  from: string;
  until: string;
  rows: number;
  badRows: number;
  problems: { line: number; problem: string }[];
  importedAt: string;
};
export type UsageReconciliationImportsQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
};
export type UsageReconciliationImportsItem = {
  id: string;
  kind: "carrier" | "provider";
  trunkId: string | null;
  from: string;
  until: string;
  rows: number;
  badRows: number;
  problems: { line: number; problem: string }[];
  importedAt: string;
};
export type UsageReconciliationImportsAnswer = {
  items: UsageReconciliationImportsItem[];
  nextCursor: string | null;
};
export type JobsListQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
  status?: "waiting" | "running" | "done" | "parked" | undefined;
  kind?: string | undefined;
};
export type JobsListItem = {
  id: string;
  kind: string;
  status: "waiting" | "running" | "done" | "parked";
  subject: string;
  attempts: number;
  dueAt: string | null;
  lastReason: string | null;
  createdAt: string;
  updatedAt: string;
};
export type JobsListAnswer = { items: JobsListItem[]; nextCursor: string | null };
export type JobsRetryAnswer = {
  id: string;
  kind: string;
  status: "waiting" | "running" | "done" | "parked";
  subject: string;
  attempts: number;
  dueAt: string | null;
  lastReason: string | null;
  createdAt: string;
  updatedAt: string;
};
export type VaultGetAnswer = {
  state: "open" | "sealed";
  rootProvider: "file" | "passphrase";
  isSetUp: boolean;
  primaryVersion: number | null;
  envelopes: number;
  waitingForRewrap: number;
  unreadable: number;
  keys: {
    version: number;
    state: "primary" | "enabled" | "disabled" | "destroyed";
    madeAt: string;
    disabledAt: string | null;
    destroyedAt: string | null;
  }[];
};
export type VaultUnsealBody = { passphrase: string };
export type VaultUnsealAnswer = {
  state: "open" | "sealed";
  rootProvider: "file" | "passphrase";
  isSetUp: boolean;
  primaryVersion: number | null;
  envelopes: number;
  waitingForRewrap: number;
  unreadable: number;
  keys: {
    version: number;
    state: "primary" | "enabled" | "disabled" | "destroyed";
    madeAt: string;
    disabledAt: string | null;
    destroyedAt: string | null;
  }[];
};
export type VaultSealAnswer = {
  state: "open" | "sealed";
  rootProvider: "file" | "passphrase";
  isSetUp: boolean;
  primaryVersion: number | null;
  envelopes: number;
  waitingForRewrap: number;
  unreadable: number;
  keys: {
    version: number;
    state: "primary" | "enabled" | "disabled" | "destroyed";
    madeAt: string;
    disabledAt: string | null;
    destroyedAt: string | null;
  }[];
};
export type VaultRotateAnswer = {
  state: "open" | "sealed";
  rootProvider: "file" | "passphrase";
  isSetUp: boolean;
  primaryVersion: number | null;
  envelopes: number;
  waitingForRewrap: number;
  unreadable: number;
  keys: {
    version: number;
    state: "primary" | "enabled" | "disabled" | "destroyed";
    madeAt: string;
    disabledAt: string | null;
    destroyedAt: string | null;
  }[];
};
export type VaultRekeyBody = {
  currentPassphrase?: string | undefined;
  newPassphrase?: string | undefined;
} | null;
export type VaultRekeyAnswer = {
  state: "open" | "sealed";
  rootProvider: "file" | "passphrase";
  isSetUp: boolean;
  primaryVersion: number | null;
  envelopes: number;
  waitingForRewrap: number;
  unreadable: number;
  keys: {
    version: number;
    state: "primary" | "enabled" | "disabled" | "destroyed";
    madeAt: string;
    disabledAt: string | null;
    destroyedAt: string | null;
  }[];
};
export type WebhooksListItem = {
  id: string;
  url: string;
  events: (
    | "call.inbound"
    | "call.ringing"
    | "call.status"
    | "call.recording"
    | "call.transcript"
    | "call.report.ready"
    | "transcript.partial"
    | "usage.export.delivered"
    | "byok.key.failing"
  )[];
  createdAt: string;
  formerSecretUntil: string | null;
};
export type WebhooksListAnswer = { items: WebhooksListItem[]; nextCursor: string | null };
export type WebhooksCreateBody = {
  url: string;
  events: (
    | "call.inbound"
    | "call.ringing"
    | "call.status"
    | "call.recording"
    | "call.transcript"
    | "call.report.ready"
    | "transcript.partial"
    | "usage.export.delivered"
    | "byok.key.failing"
  )[];
};
export type WebhooksCreateAnswer = {
  id: string;
  url: string;
  events: (
    | "call.inbound"
    | "call.ringing"
    | "call.status"
    | "call.recording"
    | "call.transcript"
    | "call.report.ready"
    | "transcript.partial"
    | "usage.export.delivered"
    | "byok.key.failing"
  )[];
  createdAt: string;
  formerSecretUntil: string | null;
  secret: string | null;
};
export type WebhooksRotateAnswer = {
  id: string;
  url: string;
  events: (
    | "call.inbound"
    | "call.ringing"
    | "call.status"
    | "call.recording"
    | "call.transcript"
    | "call.report.ready"
    | "transcript.partial"
    | "usage.export.delivered"
    | "byok.key.failing"
  )[];
  createdAt: string;
  formerSecretUntil: string | null;
  secret: string | null;
};
export type WebhooksDeliveriesListQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
};
export type WebhooksDeliveriesListItem = {
  id: string;
  eventId: string;
  event:
    | "call.inbound"
    | "call.ringing"
    | "call.status"
    | "call.recording"
    | "call.transcript"
    | "call.report.ready"
    | "transcript.partial"
    | "usage.export.delivered"
    | "byok.key.failing";
  callId: string | null;
  status: "waiting" | "acknowledged" | "parked";
  redeliveryOf: string | null;
  createdAt: string;
  acknowledgedAt: string | null;
  attempts: { at: string; durationMs: number; httpStatus: number | null; reason: string | null }[];
};
export type WebhooksDeliveriesListAnswer = {
  items: WebhooksDeliveriesListItem[];
  nextCursor: string | null;
};
export type WebhooksDeliveriesRedeliverAnswer = {
  id: string;
  eventId: string;
  event:
    | "call.inbound"
    | "call.ringing"
    | "call.status"
    | "call.recording"
    | "call.transcript"
    | "call.report.ready"
    | "transcript.partial"
    | "usage.export.delivered"
    | "byok.key.failing";
  callId: string | null;
  status: "waiting" | "acknowledged" | "parked";
  redeliveryOf: string | null;
  createdAt: string;
  acknowledgedAt: string | null;
  attempts: { at: string; durationMs: number; httpStatus: number | null; reason: string | null }[];
};
export type NumbersByokTestBody = { apiKey: string };
export type NumbersByokTestAnswer = { ok: true; model: string };
export type NumbersByokSaveBody = { apiKey: string };
export type NumbersByokSaveAnswer = {
  ok: true;
  numberId: string;
  voiceMode: "managed" | "byok";
  keyPreview: string;
  configuredAt: string;
};
export type NumbersByokDeleteAnswer = { ok: true; numberId: string; voiceMode: "managed" | "byok" };
export type NumbersByokKeySaveBody = { openaiApiKey: string };
export type NumbersByokKeySaveAnswer = {
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  byokOpenaiApiKeyPreview: string | null;
};
export type NumbersByokKeyDeleteAnswer = {
  voiceMode: "managed" | "byok";
  hasByokKey: boolean;
  byokOpenaiApiKeyPreview: string | null;
};
export type ByokHealthItem = {
  fingerprint: string;
  keyPreview: string;
  numberIds: string[];
  unreadableNumberIds: string[];
  lastTestedAt: string;
  lastCallAt: string | null;
  lastCallCause: string | null;
  lastErrorReason: string | null;
  fallsBack: boolean;
};
export type ByokHealthAnswer = { items: ByokHealthItem[]; nextCursor: string | null };
export type ByokSaveForManyBody = { apiKey: string; numberIds: "all" | string[] };
export type ByokSaveForManyAnswer = {
  ok: true;
  keyPreview: string;
  numbers: { numberId: string; voiceMode: "managed" | "byok" }[];
};
