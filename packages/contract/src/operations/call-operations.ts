import type { Operation } from "./operation.ts";

/** Calls, what was drawn from them, and who was called by whom. */
export const callOperations = {
  "GET /v1/calls": { id: "calls.list", summary: "Lists calls, newest first." },
  "GET /v1/calls/:id": {
    id: "calls.get",
    summary: "Shows one call: its state, times, cause of end and token usage.",
  },
  "GET /v1/calls/:id/transcript": {
    id: "calls.transcript",
    summary: "Shows what was said in a call.",
  },
  "GET /v1/calls/:id/recording": {
    id: "calls.recording",
    summary:
      "The audio of a call as WAV, caller left and agent right; ranges of it may be asked for.",
    answer: "file",
  },
  "POST /v1/calls/ai": {
    id: "calls.ai",
    summary: "Has an agent call somebody.",
    example: {
      body: {
        from: "+14155550100",
        to: "+14155550142",
        systemPrompt: "You call to confirm the appointment of tomorrow at ten.",
        firstMessage: "Good day, this is the plumber's office.",
        metadata: { order: "17" },
      },
    },
  },
  "POST /v1/calls/:id/hangup": { id: "calls.hangUp", summary: "Ends a call." },
  "POST /v1/calls/:id/transfer": {
    id: "calls.transfer",
    summary: "Hands an answered call over to a number or a SIP address.",
    example: { body: { to: "+14155550199" } },
  },
  "GET /v1/calls/:id/report": {
    id: "calls.report",
    summary: "Shows what was drawn from a call; 202 while it is being drawn.",
  },
  "POST /v1/calls/:id/report": {
    id: "calls.drawReport",
    summary: "Draws a report again that has failed.",
  },
  "GET /v1/events": {
    id: "events.stream",
    summary: "Tells what happens now, as Server-Sent Events or over a WebSocket.",
    answer: "events",
  },

  "GET /v1/reports": { id: "reports.list", summary: "Lists the reports, newest first." },
  "GET /v1/briefs": {
    id: "briefs.list",
    summary: "Lists what the owner should know of the calls.",
  },
  "POST /v1/briefs/:id/ack": { id: "briefs.acknowledge", summary: "Notes that a brief was read." },
  "POST /v1/briefs/:id/resolve": { id: "briefs.resolve", summary: "Notes that a brief is done." },

  "GET /v1/contacts": { id: "contacts.list", summary: "Lists everybody who has called." },
  "GET /v1/contacts/by-phone/:e164": {
    id: "contacts.byPhone",
    summary: "Shows the contact with this phone number.",
  },
  "PATCH /v1/contacts/:id": {
    id: "contacts.update",
    summary: "Changes what is named of a contact, and leaves the rest as it is.",
    example: { body: { displayName: "Ada Doe", tags: ["regular"] } },
  },
  "DELETE /v1/contacts/:id": {
    id: "contacts.forget",
    summary:
      "Forgets a contact: its memory, candidates, briefs and reports. This cannot be undone.",
    answer: "nothing",
  },
  "GET /v1/contacts/:id/export": {
    id: "contacts.export",
    summary: "Gives all that is held of a contact as a zip with a manifest of checksums.",
    answer: "file",
  },
  "GET /v1/contacts/by-phone/:e164/export": {
    id: "contacts.exportByPhone",
    summary: "The same of a caller by phone number, also where nothing was remembered.",
    answer: "file",
  },
  "POST /v1/contacts/:id/erase": {
    id: "contacts.erase",
    summary:
      "Erases all that was said by a contact and made of it, and proves what was deleted. This cannot be undone.",
  },
  "POST /v1/contacts/by-phone/:e164/erase": {
    id: "contacts.eraseByPhone",
    summary: "The same of a caller by phone number, also where nothing was remembered.",
  },
  "GET /v1/contacts/:id/next-call-context": {
    id: "contacts.nextCallContext",
    summary: "Shows what the agent will be told when this contact calls again.",
  },
  "GET /v1/contacts/by-phone/:e164/next-call-context": {
    id: "contacts.nextCallContextByPhone",
    summary: "Shows what the agent will be told when this phone number calls.",
  },
  "GET /v1/memory/current": {
    id: "memory.current",
    summary: "Lists what is known of a contact now.",
  },
  "GET /v1/memory/:id/timeline": {
    id: "memory.timeline",
    summary: "Tells how a memory came to be what it is.",
  },
  "PATCH /v1/memory/:id": {
    id: "memory.update",
    summary: "Puts a memory right; the owner's word stands from then on.",
    example: { body: { text: "Prefers to be called in the morning." } },
  },
  "DELETE /v1/memory/:id": {
    id: "memory.delete",
    summary: "Takes a memory out of use; its history stays.",
    answer: "nothing",
  },
  "GET /v1/memory/candidates": {
    id: "memory.candidates.list",
    summary: "Lists what calls have offered for the memory.",
  },
  "POST /v1/memory/candidates/:id/approve": {
    id: "memory.candidates.approve",
    summary: "Takes a candidate into the memory, whatever stands there.",
  },
  "POST /v1/memory/candidates/:id/reject": {
    id: "memory.candidates.reject",
    summary: "Keeps a candidate out of the memory.",
  },
} as const satisfies Record<string, Operation>;
