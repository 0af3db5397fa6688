import {
  byType,
  either,
  type Fields,
  flag,
  listOf,
  nullable,
  numberFrom,
  object,
  oneOf,
  record,
  type Shape,
  text,
} from "./shape.ts";

// What a client may send, as the real service accepts it. An event with anything else in it is
// refused whole.

const type = { shape: text };
const voice = either(text, record({ id: { shape: text, required: true } }));

const format = byType({
  "audio/pcmu": record({ type }),
  "audio/pcma": record({ type }),
  "audio/pcm": record({ type, rate: { shape: numberFrom(24_000, 24_000, true), required: true } }),
});

const turnDetection = byType({
  server_vad: record({
    type,
    threshold: { shape: numberFrom(0, 1) },
    prefix_padding_ms: { shape: numberFrom(0, 10_000, true) },
    silence_duration_ms: { shape: numberFrom(0, 10_000, true) },
    idle_timeout_ms: { shape: nullable(numberFrom(5000, 30_000, true)) },
    create_response: { shape: flag },
    interrupt_response: { shape: flag },
  }),
  semantic_vad: record({
    type,
    eagerness: { shape: oneOf("auto", "low", "medium", "high") },
    create_response: { shape: flag },
    interrupt_response: { shape: flag },
  }),
});

const noiseReduction = record({
  type: { shape: oneOf("near_field", "far_field"), required: true },
  strength: { shape: numberFrom(0, 1) },
});

const transcription = record({
  model: { shape: text },
  language: { shape: text },
  languages: { shape: listOf(text) },
  prompt: { shape: text },
  keywords: { shape: listOf(text) },
  delay: { shape: oneOf("minimal", "low", "medium", "high", "xhigh") },
});

const tools = listOf(
  byType({
    function: record({
      type,
      name: { shape: text, required: true },
      description: { shape: text },
      parameters: { shape: object },
    }),
    mcp: object,
  }),
);

const common: Fields = {
  instructions: { shape: text },
  output_modalities: { shape: listOf(oneOf("audio", "text")) },
  tools: { shape: tools },
  tool_choice: { shape: either(oneOf("auto", "none", "required"), object) },
  parallel_tool_calls: { shape: flag },
  reasoning: {
    shape: nullable(
      record({ effort: { shape: oneOf("minimal", "low", "medium", "high", "xhigh") } }),
    ),
  },
  max_output_tokens: { shape: either(numberFrom(1, 4096, true), oneOf("inf")) },
  prompt: { shape: nullable(object) },
};

const session = record({
  ...common,
  type: { shape: oneOf("realtime"), required: true },
  model: { shape: text },
  audio: {
    shape: record({
      input: {
        shape: record({
          format: { shape: format },
          noise_reduction: { shape: nullable(noiseReduction) },
          transcription: { shape: nullable(transcription) },
          turn_detection: { shape: nullable(turnDetection) },
        }),
      },
      output: {
        shape: record({
          format: { shape: format },
          voice: { shape: voice },
          speed: { shape: numberFrom(0.25, 1.5) },
        }),
      },
    }),
  },
  truncation: { shape: either(oneOf("auto", "disabled"), object) },
  tracing: { shape: nullable(either(oneOf("auto"), object)) },
  include: { shape: nullable(listOf(oneOf("item.input_audio_transcription.logprobs"))) },
});

const itemHead: Fields = {
  type,
  id: { shape: text },
  object: { shape: oneOf("realtime.item") },
  status: { shape: oneOf("completed", "incomplete", "in_progress") },
};

const item = byType({
  message: record({
    ...itemHead,
    role: { shape: oneOf("user", "assistant", "system"), required: true },
    content: { shape: listOf(object), required: true },
  }),
  function_call: record({
    ...itemHead,
    call_id: { shape: text },
    name: { shape: text, required: true },
    arguments: { shape: text, required: true },
  }),
  function_call_output: record({
    ...itemHead,
    call_id: { shape: text, required: true },
    output: { shape: text, required: true },
  }),
});

const response = record({
  ...common,
  conversation: { shape: oneOf("auto", "none") },
  input: { shape: listOf(object) },
  metadata: { shape: nullable(object) },
  audio: {
    shape: record({
      output: { shape: record({ format: { shape: format }, voice: { shape: voice } }) },
    }),
  },
});

const head: Fields = { type, event_id: { shape: text } };

/** A session as `session.update` and `client_secrets` take it. */
export const sessionShape: Shape = session;

/** Every event a client may send, by its type. */
export const clientEventShape: Shape = byType({
  "session.update": record({ ...head, session: { shape: session, required: true } }),
  "input_audio_buffer.append": record({ ...head, audio: { shape: text, required: true } }),
  "input_audio_buffer.commit": record(head),
  "input_audio_buffer.clear": record(head),
  "conversation.item.create": record({
    ...head,
    previous_item_id: { shape: nullable(text) },
    item: { shape: item, required: true },
  }),
  "conversation.item.retrieve": record({ ...head, item_id: { shape: text, required: true } }),
  "conversation.item.delete": record({ ...head, item_id: { shape: text, required: true } }),
  "conversation.item.truncate": record({
    ...head,
    item_id: { shape: text, required: true },
    content_index: { shape: numberFrom(0, 0, true), required: true },
    audio_end_ms: { shape: numberFrom(0, Number.MAX_SAFE_INTEGER, true), required: true },
  }),
  "response.create": record({ ...head, response: { shape: nullable(response) } }),
  "response.cancel": record({ ...head, response_id: { shape: text } }),
  "output_audio_buffer.clear": record(head),
});
