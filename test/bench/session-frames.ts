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
