import type { Operation } from "./operation.ts";

/** Numbers, their agents and their keys, and the trunks that they are reached by. */
export const numberOperations = {
  "GET /v1/numbers": { id: "numbers.list", summary: "Lists the numbers of this appliance." },
  "POST /v1/numbers": {
    id: "numbers.create",
    summary: "Registers a number of the carrier's trunk.",
    example: { body: { number: "+14155550123", label: "Reception" } },
  },
  "GET /v1/numbers/:id": { id: "numbers.get", summary: "Shows one number." },
  "PATCH /v1/numbers/:id": {
    id: "numbers.update",
    summary: "Changes what is named of a number, and leaves the rest as it is.",
    example: { body: { label: "Front desk" } },
  },
  "DELETE /v1/numbers/:id": {
    id: "numbers.delete",
    summary: "Deletes a number, and its key with it.",
    answer: "nothing",
  },
  "GET /v1/numbers/:id/inbound-config": {
    id: "numbers.inboundConfig.get",
    summary: "Shows the agent that answers a number.",
  },
  "POST /v1/numbers/:id/inbound-config": {
    id: "numbers.inboundConfig.set",
    summary: "Replaces the whole agent that answers a number.",
    example: {
      body: {
        mode: "ai",
        systemPrompt: "You are the receptionist of a plumber. Ask for name, address and trouble.",
        voice: "marin",
        firstMessage: "Good day, this is the plumber's office. How may I help?",
        fallback: { forwardTo: "+14155550199" },
      },
    },
  },
  "DELETE /v1/numbers/:id/inbound-config": {
    id: "numbers.inboundConfig.delete",
    summary: "Takes the agent away: calls to this number are rejected.",
    answer: "nothing",
  },
  "GET /v1/numbers/:id/outbound-defaults": {
    id: "numbers.outboundDefaults.get",
    summary: "Shows the agent of calls that a number places; null where none is saved.",
  },
  "POST /v1/numbers/:id/outbound-defaults": {
    id: "numbers.outboundDefaults.set",
    summary: "Replaces the whole agent of calls that a number places.",
    example: {
      body: {
        systemPrompt: "You call to confirm appointments. Be brief.",
        voice: "marin",
        ringTimeoutSecs: 30,
      },
    },
  },
  "DELETE /v1/numbers/:id/outbound-defaults": {
    id: "numbers.outboundDefaults.delete",
    summary: "Takes the saved agent of placed calls away.",
    answer: "nothing",
  },

  "POST /v1/numbers/:id/byok/test": {
    id: "numbers.byok.test",
    summary: "Opens a session with an OpenAI key and closes it; nothing is stored.",
    example: { body: { apiKey: "sk-proj-practice-good-12345678" } },
  },
  "POST /v1/numbers/:id/byok/key": {
    id: "numbers.byok.save",
    summary: "Tests an OpenAI key, seals it, and switches the number to it.",
    example: { body: { apiKey: "sk-proj-practice-good-12345678" } },
  },
  "DELETE /v1/numbers/:id/byok/key": {
    id: "numbers.byok.delete",
    summary: "Wipes the number's key and switches it back to managed.",
  },
  "POST /v1/numbers/:id/byok-key": {
    id: "numbers.byokKey.save",
    summary: "The same as byok/key, by the names of earlier clients.",
    example: { body: { openaiApiKey: "sk-proj-practice-good-12345678" } },
  },
  "DELETE /v1/numbers/:id/byok-key": {
    id: "numbers.byokKey.delete",
    summary: "The same as byok/key, by the names of earlier clients.",
  },
  "POST /v1/byok/bulk": {
    id: "byok.saveForMany",
    summary: "Tests a key once and gives it to many numbers, all or none.",
    example: { body: { apiKey: "sk-proj-practice-good-12345678", numberIds: "all" } },
  },
  "GET /v1/byok/health": {
    id: "byok.health",
    summary: "Says of each key, by its fingerprint, how it fares.",
  },

  "GET /v1/trunks": { id: "trunks.list", summary: "Lists the SIP trunks." },
  "POST /v1/trunks": {
    id: "trunks.create",
    summary: "Adds a SIP trunk of a carrier or a telephone system.",
    example: {
      body: {
        name: "Carrier",
        servers: [{ host: "sip.carrier.example" }],
        inbound: { addresses: ["203.0.113.0/28"] },
      },
    },
  },
  "GET /v1/trunks/:id": { id: "trunks.get", summary: "Shows one trunk." },
  "PATCH /v1/trunks/:id": {
    id: "trunks.update",
    summary: "Changes what is named of a trunk, and leaves the rest as it is.",
    example: { body: { name: "Carrier, second line" } },
  },
  "DELETE /v1/trunks/:id": {
    id: "trunks.delete",
    summary: "Deletes a trunk that no number belongs to.",
    answer: "nothing",
  },
  "GET /v1/trunks/:id/status": {
    id: "trunks.status",
    summary: "Says how a trunk stands at this moment.",
  },
  "POST /v1/trunks/:id/test": {
    id: "trunks.test",
    summary: "Asks the gateways to try a trunk, and tells what they found.",
  },
} as const satisfies Record<string, Operation>;
