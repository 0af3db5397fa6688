import type { Operation } from "./operation.ts";

/** The appliance itself: its settings, access, vault, audit, and what it tells others. */
export const applianceOperations = {
  "GET /healthz": { id: "health.live", summary: "Says that the process lives." },
  "GET /readyz": {
    id: "health.ready",
    summary: "Says whether calls can be answered; 503 where they cannot.",
  },

  "PUT /v1/settings/managed-key": {
    id: "settings.managedKey.save",
    summary: "Tests and saves the OpenAI key of every number in managed mode.",
    example: { body: { apiKey: "sk-proj-practice-good-12345678" } },
  },
  "DELETE /v1/settings/managed-key": {
    id: "settings.managedKey.delete",
    summary: "Wipes the key of the numbers in managed mode.",
    answer: "nothing",
  },
  "GET /v1/settings/key-delivery": {
    id: "settings.keyDelivery.get",
    summary: "Shows how gateways get the key of a call.",
  },
  "PUT /v1/settings/key-delivery": {
    id: "settings.keyDelivery.set",
    summary: "Sets how gateways get the key of a call.",
  },
  "GET /v1/settings/memory": {
    id: "settings.memory.get",
    summary: "Shows whether callers are remembered.",
  },
  "PUT /v1/settings/memory": {
    id: "settings.memory.set",
    summary: "Sets whether callers are remembered.",
    example: { body: { enabled: true } },
  },
  "GET /v1/system": {
    id: "system.get",
    summary: "Shows how the appliance fares, and what needs somebody to look after it.",
  },
  "GET /v1/settings/alerts": {
    id: "settings.alerts.get",
    summary: "Shows who gets a mail about alerts.",
  },
  "PUT /v1/settings/alerts": {
    id: "settings.alerts.set",
    summary: "Sets who gets a mail about alerts.",
    example: { body: { mailTo: "admin@example.com" } },
  },
  "GET /v1/settings/budget": {
    id: "settings.budget.get",
    summary: "Shows the appliance's monthly budget, and what of it is used.",
  },
  "PUT /v1/settings/budget": {
    id: "settings.budget.set",
    summary: "Sets the appliance's monthly budget, and where months begin.",
    example: {
      body: {
        monthlyBudgetMicros: 250_000_000,
        whenBudgetUsed: "forward",
        timezone: "Europe/Berlin",
      },
    },
  },
  "GET /v1/settings/outbound": {
    id: "settings.outbound.get",
    summary: "Shows the rules of where, when and how much may be called.",
  },
  "PUT /v1/settings/outbound": {
    id: "settings.outbound.set",
    summary: "Replaces the rules of where, when and how much may be called.",
    example: {
      body: {
        allowedCountries: ["1", "49"],
        numberLimits: { maxConcurrentCalls: 5, maxCallsPerDay: 100 },
        hours: {
          timezone: "Europe/Berlin",
          days: ["mon", "tue", "wed", "thu", "fri"],
          from: "09:00",
          to: "18:00",
        },
      },
    },
  },
  "GET /v1/settings/mail": {
    id: "settings.mail.get",
    summary: "Shows by which server mail is sent.",
  },
  "PUT /v1/settings/mail": {
    id: "settings.mail.set",
    summary: "Sets by which server mail is sent.",
    example: {
      body: {
        host: "smtp.example.com",
        port: 587,
        security: "starttls",
        from: "calls@example.com",
      },
    },
  },
  "POST /v1/settings/mail/test": {
    id: "settings.mail.test",
    summary: "Sends a mail to try the settings.",
    example: { body: { to: "admin@example.com" } },
  },

  "GET /v1/webhooks": { id: "webhooks.list", summary: "Lists the webhook endpoints." },
  "POST /v1/webhooks": {
    id: "webhooks.create",
    summary: "Adds a webhook endpoint; its secret is shown once.",
    example: { body: { url: "https://hooks.example.com/agentcall", events: ["call.transcript"] } },
  },
  "DELETE /v1/webhooks/:id": {
    id: "webhooks.delete",
    summary: "Deletes a webhook endpoint.",
    answer: "nothing",
  },
  "POST /v1/webhooks/:id/rotate": {
    id: "webhooks.rotate",
    summary: "Gives a webhook endpoint a new secret, shown once.",
  },
  "GET /v1/webhooks/:id/deliveries": {
    id: "webhooks.deliveries.list",
    summary: "Lists what was sent to a webhook endpoint, and what came of it.",
  },
  "POST /v1/webhooks/:id/deliveries/:deliveryId/redeliver": {
    id: "webhooks.deliveries.redeliver",
    summary: "Sends an event to its endpoint once more.",
  },

  "GET /v1/jobs": { id: "jobs.list", summary: "Lists work that is waiting, running or parked." },
  "POST /v1/jobs/:id/retry": {
    id: "jobs.retry",
    summary: "Tries a job again that has given up.",
  },
  "POST /v1/pairing": {
    id: "pairing.create",
    summary: "Makes a one-time code that a console pairs with.",
  },
  "POST /v1/pairing/claim": {
    id: "pairing.claim",
    summary: "Gives the console that shows the code a key of its own.",
    example: { body: { code: "K7QM-3XRD", consoleName: "Ada's laptop" } },
  },
  "GET /v1/license": {
    id: "license.get",
    summary: "Shows the licence, the plan that counts now, and the rates.",
  },
  "PUT /v1/license": { id: "license.install", summary: "Installs a licence file." },
  "GET /v1/api-keys": { id: "apiKeys.list", summary: "Lists who may use this API." },
  "POST /v1/api-keys": {
    id: "apiKeys.create",
    summary: "Makes an API key with a role; it is shown once.",
    example: { body: { role: "viewer", label: "Dashboard" } },
  },
  "DELETE /v1/api-keys/:id": {
    id: "apiKeys.revoke",
    summary: "Revokes an API key.",
    answer: "nothing",
  },
  "GET /v1/vault": { id: "vault.get", summary: "Says how the vault of the keys stands." },
  "POST /v1/vault/unseal": {
    id: "vault.unseal",
    summary: "Opens the vault with its passphrase.",
    example: { body: { passphrase: "a sentence that only the admins know" } },
  },
  "POST /v1/vault/seal": {
    id: "vault.seal",
    summary: "Closes the vault: no call is answered until it is unsealed.",
  },
  "POST /v1/vault/rotate": {
    id: "vault.rotate",
    summary: "Makes a new wrapping key and wraps every secret's key anew.",
  },
  "POST /v1/vault/rekey": {
    id: "vault.rekey",
    summary: "Exchanges what opens the vault: its root key or its passphrase.",
    example: { body: {} },
  },
  "GET /v1/audit": { id: "audit.list", summary: "Lists who has changed what, newest first." },
  "GET /v1/audit/head": {
    id: "audit.head",
    summary: "States the audit's last hash under the appliance's signature.",
  },
  "GET /v1/audit/verify": {
    id: "audit.verify",
    summary: "Checks the chain of the audit from its first entry to its last.",
  },
} as const satisfies Record<string, Operation>;
