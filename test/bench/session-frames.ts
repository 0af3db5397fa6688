/** What the bare loop configures its session with: as much as the gateway says. */
export const sessionUpdate = JSON.stringify({
  type: "session.update",
  session: {
    type: "realtime",
    instructions: "Answer briefly.",
    output_modalities: ["audio"],
    audio: {
      input: { format: { type: "audio/pcmu" }, turn_detection: { type: "server_vad" } },
      output: { format: { type: "audio/pcmu" }, voice: "marin" },
    },
  },
});

/** What the bare loop says when the caller breaks in: as long as the gateway's. */
export const truncate = JSON.stringify({
  type: "conversation.item.truncate",
  item_id: "item_100x10",
  content_index: 0,
  audio_end_ms: 1000,
});
