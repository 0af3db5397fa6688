// Written by `npm run sdk` from the OpenAPI document. Change the routes' schemas instead.

import type * as Api from "./api-types.ts";
import { Listing } from "../listing.ts";
import type { CallOptions, Query, Request, Transport } from "../transport.ts";

/** Every operation of the API, by its id. */
export class Resources {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  readonly health = {
    /** Says that the process lives. `GET /healthz` */
    live: (options?: CallOptions): Promise<Api.HealthLiveAnswer> =>
      this.#json("GET", `/healthz`, {}, options),
    /** Says whether calls can be answered; 503 where they cannot. `GET /readyz` */
    ready: (options?: CallOptions): Promise<Api.HealthReadyAnswer> =>
      this.#json("GET", `/readyz`, { alsoStatuses: [503] }, options),
  };

  readonly numbers = {
    /** Lists the numbers of this appliance. `GET /v1/numbers` */
    list: (query: Api.NumbersListQuery = {}, options?: CallOptions): Listing<Api.NumbersListItem> =>
      this.#list(`/v1/numbers`, query, "cursor", options),
    /** Registers a number of the carrier's trunk. `POST /v1/numbers` */
    create: (
      body: Api.NumbersCreateBody,
      options?: CallOptions,
    ): Promise<Api.NumbersCreateAnswer> => this.#json("POST", `/v1/numbers`, { body }, options),
    /** Shows one number. `GET /v1/numbers/{id}` */
    get: (id: string, options?: CallOptions): Promise<Api.NumbersGetAnswer> =>
      this.#json("GET", `/v1/numbers/${part(id)}`, {}, options),
    /** Changes what is named of a number, and leaves the rest as it is. `PATCH /v1/numbers/{id}` */
    update: (
      id: string,
      body: Api.NumbersUpdateBody,
      options?: CallOptions,
    ): Promise<Api.NumbersUpdateAnswer> =>
      this.#json("PATCH", `/v1/numbers/${part(id)}`, { body }, options),
    /** Deletes a number, and its key with it. `DELETE /v1/numbers/{id}` */
    delete: (id: string, options?: CallOptions): Promise<void> =>
      this.#json("DELETE", `/v1/numbers/${part(id)}`, { as: "nothing" }, options),
    inboundConfig: {
      /** Shows the agent that answers a number. `GET /v1/numbers/{id}/inbound-config` */
      get: (id: string, options?: CallOptions): Promise<Api.NumbersInboundConfigGetAnswer> =>
        this.#json("GET", `/v1/numbers/${part(id)}/inbound-config`, {}, options),
      /** Replaces the whole agent that answers a number. `POST /v1/numbers/{id}/inbound-config` */
      set: (
        id: string,
        body: Api.NumbersInboundConfigSetBody,
        options?: CallOptions,
      ): Promise<Api.NumbersInboundConfigSetAnswer> =>
        this.#json("POST", `/v1/numbers/${part(id)}/inbound-config`, { body }, options),
      /** Takes the agent away: calls to this number are rejected. `DELETE /v1/numbers/{id}/inbound-config` */
      delete: (id: string, options?: CallOptions): Promise<void> =>
        this.#json("DELETE", `/v1/numbers/${part(id)}/inbound-config`, { as: "nothing" }, options),
    },
    outboundDefaults: {
      /** Shows the agent of calls that a number places; null where none is saved. `GET /v1/numbers/{id}/outbound-defaults` */
      get: (id: string, options?: CallOptions): Promise<Api.NumbersOutboundDefaultsGetAnswer> =>
        this.#json("GET", `/v1/numbers/${part(id)}/outbound-defaults`, {}, options),
      /** Replaces the whole agent of calls that a number places. `POST /v1/numbers/{id}/outbound-defaults` */
      set: (
        id: string,
        body: Api.NumbersOutboundDefaultsSetBody,
        options?: CallOptions,
      ): Promise<Api.NumbersOutboundDefaultsSetAnswer> =>
        this.#json("POST", `/v1/numbers/${part(id)}/outbound-defaults`, { body }, options),
      /** Takes the saved agent of placed calls away. `DELETE /v1/numbers/{id}/outbound-defaults` */
      delete: (id: string, options?: CallOptions): Promise<void> =>
        this.#json(
          "DELETE",
          `/v1/numbers/${part(id)}/outbound-defaults`,
          { as: "nothing" },
          options,
        ),
    },
    byok: {
      /** Opens a session with an OpenAI key and closes it; nothing is stored. `POST /v1/numbers/{id}/byok/test` */
      test: (
        id: string,
        body: Api.NumbersByokTestBody,
        options?: CallOptions,
      ): Promise<Api.NumbersByokTestAnswer> =>
        this.#json("POST", `/v1/numbers/${part(id)}/byok/test`, { body }, options),
      /** Tests an OpenAI key, seals it, and switches the number to it. `POST /v1/numbers/{id}/byok/key` */
      save: (
        id: string,
        body: Api.NumbersByokSaveBody,
        options?: CallOptions,
      ): Promise<Api.NumbersByokSaveAnswer> =>
        this.#json("POST", `/v1/numbers/${part(id)}/byok/key`, { body }, options),
      /** Wipes the number's key and switches it back to managed. `DELETE /v1/numbers/{id}/byok/key` */
      delete: (id: string, options?: CallOptions): Promise<Api.NumbersByokDeleteAnswer> =>
        this.#json("DELETE", `/v1/numbers/${part(id)}/byok/key`, {}, options),
    },
    byokKey: {
      /** The same as byok/key, by the names of earlier clients. `POST /v1/numbers/{id}/byok-key` */
      save: (
        id: string,
        body: Api.NumbersByokKeySaveBody,
        options?: CallOptions,
      ): Promise<Api.NumbersByokKeySaveAnswer> =>
        this.#json("POST", `/v1/numbers/${part(id)}/byok-key`, { body }, options),
      /** The same as byok/key, by the names of earlier clients. `DELETE /v1/numbers/{id}/byok-key` */
      delete: (id: string, options?: CallOptions): Promise<Api.NumbersByokKeyDeleteAnswer> =>
        this.#json("DELETE", `/v1/numbers/${part(id)}/byok-key`, {}, options),
    },
  };

  readonly trunks = {
    /** Lists the SIP trunks. `GET /v1/trunks` */
    list: (query: Api.TrunksListQuery = {}, options?: CallOptions): Listing<Api.TrunksListItem> =>
      this.#list(`/v1/trunks`, query, "cursor", options),
    /** Adds a SIP trunk of a carrier or a telephone system. `POST /v1/trunks` */
    create: (body: Api.TrunksCreateBody, options?: CallOptions): Promise<Api.TrunksCreateAnswer> =>
      this.#json("POST", `/v1/trunks`, { body }, options),
    /** Shows one trunk. `GET /v1/trunks/{id}` */
    get: (id: string, options?: CallOptions): Promise<Api.TrunksGetAnswer> =>
      this.#json("GET", `/v1/trunks/${part(id)}`, {}, options),
    /** Changes what is named of a trunk, and leaves the rest as it is. `PATCH /v1/trunks/{id}` */
    update: (
      id: string,
      body: Api.TrunksUpdateBody,
      options?: CallOptions,
    ): Promise<Api.TrunksUpdateAnswer> =>
      this.#json("PATCH", `/v1/trunks/${part(id)}`, { body }, options),
    /** Deletes a trunk that no number belongs to. `DELETE /v1/trunks/{id}` */
    delete: (id: string, options?: CallOptions): Promise<void> =>
      this.#json("DELETE", `/v1/trunks/${part(id)}`, { as: "nothing" }, options),
    /** Says how a trunk stands at this moment. `GET /v1/trunks/{id}/status` */
    status: (id: string, options?: CallOptions): Promise<Api.TrunksStatusAnswer> =>
      this.#json("GET", `/v1/trunks/${part(id)}/status`, {}, options),
    /** Asks the gateways to try a trunk, and tells what they found. `POST /v1/trunks/{id}/test` */
    test: (id: string, options?: CallOptions): Promise<Api.TrunksTestAnswer> =>
      this.#json("POST", `/v1/trunks/${part(id)}/test`, {}, options),
  };

  readonly settings = {
    managedKey: {
      /** Tests and saves the OpenAI key of every number in managed mode. `PUT /v1/settings/managed-key` */
      save: (
        body: Api.SettingsManagedKeySaveBody,
        options?: CallOptions,
      ): Promise<Api.SettingsManagedKeySaveAnswer> =>
        this.#json("PUT", `/v1/settings/managed-key`, { body }, options),
      /** Wipes the key of the numbers in managed mode. `DELETE /v1/settings/managed-key` */
      delete: (options?: CallOptions): Promise<void> =>
        this.#json("DELETE", `/v1/settings/managed-key`, { as: "nothing" }, options),
    },
    keyDelivery: {
      /** Shows how gateways get the key of a call. `GET /v1/settings/key-delivery` */
      get: (options?: CallOptions): Promise<Api.SettingsKeyDeliveryGetAnswer> =>
        this.#json("GET", `/v1/settings/key-delivery`, {}, options),
      /** Sets how gateways get the key of a call. `PUT /v1/settings/key-delivery` */
      set: (
        body: Api.SettingsKeyDeliverySetBody,
        options?: CallOptions,
      ): Promise<Api.SettingsKeyDeliverySetAnswer> =>
        this.#json("PUT", `/v1/settings/key-delivery`, { body }, options),
    },
    outbound: {
      /** Shows the rules of where, when and how much may be called. `GET /v1/settings/outbound` */
      get: (options?: CallOptions): Promise<Api.SettingsOutboundGetAnswer> =>
        this.#json("GET", `/v1/settings/outbound`, {}, options),
      /** Replaces the rules of where, when and how much may be called. `PUT /v1/settings/outbound` */
      set: (
        body: Api.SettingsOutboundSetBody,
        options?: CallOptions,
      ): Promise<Api.SettingsOutboundSetAnswer> =>
        this.#json("PUT", `/v1/settings/outbound`, { body }, options),
    },
    memory: {
      /** Shows whether callers are remembered. `GET /v1/settings/memory` */
      get: (options?: CallOptions): Promise<Api.SettingsMemoryGetAnswer> =>
        this.#json("GET", `/v1/settings/memory`, {}, options),
      /** Sets whether callers are remembered. `PUT /v1/settings/memory` */
      set: (
        body: Api.SettingsMemorySetBody,
        options?: CallOptions,
      ): Promise<Api.SettingsMemorySetAnswer> =>
        this.#json("PUT", `/v1/settings/memory`, { body }, options),
    },
    mail: {
      /** Shows by which server mail is sent. `GET /v1/settings/mail` */
      get: (options?: CallOptions): Promise<Api.SettingsMailGetAnswer> =>
        this.#json("GET", `/v1/settings/mail`, {}, options),
      /** Sets by which server mail is sent. `PUT /v1/settings/mail` */
      set: (
        body: Api.SettingsMailSetBody,
        options?: CallOptions,
      ): Promise<Api.SettingsMailSetAnswer> =>
        this.#json("PUT", `/v1/settings/mail`, { body }, options),
      /** Sends a mail to try the settings. `POST /v1/settings/mail/test` */
      test: (
        body: Api.SettingsMailTestBody,
        options?: CallOptions,
      ): Promise<Api.SettingsMailTestAnswer> =>
        this.#json("POST", `/v1/settings/mail/test`, { body }, options),
    },
    budget: {
      /** Shows the appliance's monthly budget, and what of it is used. `GET /v1/settings/budget` */
      get: (options?: CallOptions): Promise<Api.SettingsBudgetGetAnswer> =>
        this.#json("GET", `/v1/settings/budget`, {}, options),
      /** Sets the appliance's monthly budget, and where months begin. `PUT /v1/settings/budget` */
      set: (
        body: Api.SettingsBudgetSetBody,
        options?: CallOptions,
      ): Promise<Api.SettingsBudgetSetAnswer> =>
        this.#json("PUT", `/v1/settings/budget`, { body }, options),
    },
    alerts: {
      /** Shows who gets a mail about alerts. `GET /v1/settings/alerts` */
      get: (options?: CallOptions): Promise<Api.SettingsAlertsGetAnswer> =>
        this.#json("GET", `/v1/settings/alerts`, {}, options),
      /** Sets who gets a mail about alerts. `PUT /v1/settings/alerts` */
      set: (
        body: Api.SettingsAlertsSetBody,
        options?: CallOptions,
      ): Promise<Api.SettingsAlertsSetAnswer> =>
        this.#json("PUT", `/v1/settings/alerts`, { body }, options),
    },
  };

  readonly license = {
    /** Shows the licence, the plan that counts now, and the rates. `GET /v1/license` */
    get: (options?: CallOptions): Promise<Api.LicenseGetAnswer> =>
      this.#json("GET", `/v1/license`, {}, options),
    /** Installs a licence file. `PUT /v1/license` */
    install: (
      body: Api.LicenseInstallBody,
      options?: CallOptions,
    ): Promise<Api.LicenseInstallAnswer> => this.#json("PUT", `/v1/license`, { body }, options),
  };

  readonly calls = {
    /** Lists calls, newest first. `GET /v1/calls` */
    list: (query: Api.CallsListQuery = {}, options?: CallOptions): Listing<Api.CallsListItem> =>
      this.#list(`/v1/calls`, query, "cursor", options),
    /** Shows one call: its state, times, cause of end and token usage. `GET /v1/calls/{id}` */
    get: (id: string, options?: CallOptions): Promise<Api.CallsGetAnswer> =>
      this.#json("GET", `/v1/calls/${part(id)}`, {}, options),
    /** Shows what was said in a call. `GET /v1/calls/{id}/transcript` */
    transcript: (id: string, options?: CallOptions): Promise<Api.CallsTranscriptAnswer> =>
      this.#json("GET", `/v1/calls/${part(id)}/transcript`, {}, options),
    /** Ends a call. `POST /v1/calls/{id}/hangup` */
    hangUp: (id: string, options?: CallOptions): Promise<Api.CallsHangUpAnswer> =>
      this.#json("POST", `/v1/calls/${part(id)}/hangup`, {}, options),
    /** Hands an answered call over to a number or a SIP address. `POST /v1/calls/{id}/transfer` */
    transfer: (
      id: string,
      body: Api.CallsTransferBody,
      options?: CallOptions,
    ): Promise<Api.CallsTransferAnswer> =>
      this.#json("POST", `/v1/calls/${part(id)}/transfer`, { body }, options),
    /** Has an agent call somebody. `POST /v1/calls/ai` */
    ai: (body: Api.CallsAiBody, options?: CallOptions): Promise<Api.CallsAiAnswer> =>
      this.#json("POST", `/v1/calls/ai`, { body }, options),
    /** The audio of a call as WAV, caller left and agent right; ranges of it may be asked for. `GET /v1/calls/{id}/recording` */
    recording: (id: string, options?: CallOptions): Promise<Response> =>
      this.#json("GET", `/v1/calls/${part(id)}/recording`, { as: "file" }, options),
    /** Shows what was drawn from a call; 202 while it is being drawn. `GET /v1/calls/{id}/report` */
    report: (id: string, options?: CallOptions): Promise<Api.CallsReportAnswer> =>
      this.#json("GET", `/v1/calls/${part(id)}/report`, {}, options),
    /** Draws a report again that has failed. `POST /v1/calls/{id}/report` */
    drawReport: (id: string, options?: CallOptions): Promise<Api.CallsDrawReportAnswer> =>
      this.#json("POST", `/v1/calls/${part(id)}/report`, {}, options),
  };

  readonly reports = {
    /** Lists the reports, newest first. `GET /v1/reports` */
    list: (query: Api.ReportsListQuery = {}, options?: CallOptions): Listing<Api.ReportsListItem> =>
      this.#list(`/v1/reports`, query, "cursor", options),
  };

  readonly briefs = {
    /** Lists what the owner should know of the calls. `GET /v1/briefs` */
    list: (query: Api.BriefsListQuery = {}, options?: CallOptions): Listing<Api.BriefsListItem> =>
      this.#list(`/v1/briefs`, query, "cursor", options),
    /** Notes that a brief was read. `POST /v1/briefs/{id}/ack` */
    acknowledge: (id: string, options?: CallOptions): Promise<Api.BriefsAcknowledgeAnswer> =>
      this.#json("POST", `/v1/briefs/${part(id)}/ack`, {}, options),
    /** Notes that a brief is done. `POST /v1/briefs/{id}/resolve` */
    resolve: (id: string, options?: CallOptions): Promise<Api.BriefsResolveAnswer> =>
      this.#json("POST", `/v1/briefs/${part(id)}/resolve`, {}, options),
  };

  readonly contacts = {
    /** Lists everybody who has called. `GET /v1/contacts` */
    list: (
      query: Api.ContactsListQuery = {},
      options?: CallOptions,
    ): Listing<Api.ContactsListItem> => this.#list(`/v1/contacts`, query, "cursor", options),
    /** Shows the contact with this phone number. `GET /v1/contacts/by-phone/{e164}` */
    byPhone: (e164: string, options?: CallOptions): Promise<Api.ContactsByPhoneAnswer> =>
      this.#json("GET", `/v1/contacts/by-phone/${part(e164)}`, {}, options),
    /** Changes what is named of a contact, and leaves the rest as it is. `PATCH /v1/contacts/{id}` */
    update: (
      id: string,
      body: Api.ContactsUpdateBody,
      options?: CallOptions,
    ): Promise<Api.ContactsUpdateAnswer> =>
      this.#json("PATCH", `/v1/contacts/${part(id)}`, { body }, options),
    /** Forgets a contact: its memory, candidates, briefs and reports. This cannot be undone. `DELETE /v1/contacts/{id}` */
    forget: (id: string, options?: CallOptions): Promise<void> =>
      this.#json("DELETE", `/v1/contacts/${part(id)}`, { as: "nothing" }, options),
    /** Shows what the agent will be told when this contact calls again. `GET /v1/contacts/{id}/next-call-context` */
    nextCallContext: (
      id: string,
      options?: CallOptions,
    ): Promise<Api.ContactsNextCallContextAnswer> =>
      this.#json("GET", `/v1/contacts/${part(id)}/next-call-context`, {}, options),
    /** Shows what the agent will be told when this phone number calls. `GET /v1/contacts/by-phone/{e164}/next-call-context` */
    nextCallContextByPhone: (
      e164: string,
      options?: CallOptions,
    ): Promise<Api.ContactsNextCallContextByPhoneAnswer> =>
      this.#json("GET", `/v1/contacts/by-phone/${part(e164)}/next-call-context`, {}, options),
    /** Gives all that is held of a contact as a zip with a manifest of checksums. `GET /v1/contacts/{id}/export` */
    export: (id: string, options?: CallOptions): Promise<Response> =>
      this.#json("GET", `/v1/contacts/${part(id)}/export`, { as: "file" }, options),
    /** The same of a caller by phone number, also where nothing was remembered. `GET /v1/contacts/by-phone/{e164}/export` */
    exportByPhone: (e164: string, options?: CallOptions): Promise<Response> =>
      this.#json("GET", `/v1/contacts/by-phone/${part(e164)}/export`, { as: "file" }, options),
    /** Erases all that was said by a contact and made of it, and proves what was deleted. This cannot be undone. `POST /v1/contacts/{id}/erase` */
    erase: (id: string, options?: CallOptions): Promise<Api.ContactsEraseAnswer> =>
      this.#json("POST", `/v1/contacts/${part(id)}/erase`, {}, options),
    /** The same of a caller by phone number, also where nothing was remembered. `POST /v1/contacts/by-phone/{e164}/erase` */
    eraseByPhone: (e164: string, options?: CallOptions): Promise<Api.ContactsEraseByPhoneAnswer> =>
      this.#json("POST", `/v1/contacts/by-phone/${part(e164)}/erase`, {}, options),
  };

  readonly memory = {
    /** Lists what is known of a contact now. `GET /v1/memory/current` */
    current: (
      query: Api.MemoryCurrentQuery,
      options?: CallOptions,
    ): Listing<Api.MemoryCurrentItem> => this.#list(`/v1/memory/current`, query, null, options),
    /** Tells how a memory came to be what it is. `GET /v1/memory/{id}/timeline` */
    timeline: (id: string, options?: CallOptions): Listing<Api.MemoryTimelineItem> =>
      this.#list(`/v1/memory/${part(id)}/timeline`, {}, null, options),
    /** Puts a memory right; the owner's word stands from then on. `PATCH /v1/memory/{id}` */
    update: (
      id: string,
      body: Api.MemoryUpdateBody,
      options?: CallOptions,
    ): Promise<Api.MemoryUpdateAnswer> =>
      this.#json("PATCH", `/v1/memory/${part(id)}`, { body }, options),
    /** Takes a memory out of use; its history stays. `DELETE /v1/memory/{id}` */
    delete: (id: string, options?: CallOptions): Promise<void> =>
      this.#json("DELETE", `/v1/memory/${part(id)}`, { as: "nothing" }, options),
    candidates: {
      /** Lists what calls have offered for the memory. `GET /v1/memory/candidates` */
      list: (
        query: Api.MemoryCandidatesListQuery = {},
        options?: CallOptions,
      ): Listing<Api.MemoryCandidatesListItem> =>
        this.#list(`/v1/memory/candidates`, query, "cursor", options),
      /** Takes a candidate into the memory, whatever stands there. `POST /v1/memory/candidates/{id}/approve` */
      approve: (id: string, options?: CallOptions): Promise<Api.MemoryCandidatesApproveAnswer> =>
        this.#json("POST", `/v1/memory/candidates/${part(id)}/approve`, {}, options),
      /** Keeps a candidate out of the memory. `POST /v1/memory/candidates/{id}/reject` */
      reject: (id: string, options?: CallOptions): Promise<Api.MemoryCandidatesRejectAnswer> =>
        this.#json("POST", `/v1/memory/candidates/${part(id)}/reject`, {}, options),
    },
  };

  readonly apiKeys = {
    /** Lists who may use this API. `GET /v1/api-keys` */
    list: (options?: CallOptions): Listing<Api.ApiKeysListItem> =>
      this.#list(`/v1/api-keys`, {}, null, options),
    /** Makes an API key with a role; it is shown once. `POST /v1/api-keys` */
    create: (
      body: Api.ApiKeysCreateBody,
      options?: CallOptions,
    ): Promise<Api.ApiKeysCreateAnswer> => this.#json("POST", `/v1/api-keys`, { body }, options),
    /** Revokes an API key. `DELETE /v1/api-keys/{id}` */
    revoke: (id: string, options?: CallOptions): Promise<void> =>
      this.#json("DELETE", `/v1/api-keys/${part(id)}`, { as: "nothing" }, options),
  };

  readonly audit = {
    /** Lists who has changed what, newest first. `GET /v1/audit` */
    list: (query: Api.AuditListQuery = {}, options?: CallOptions): Listing<Api.AuditListItem> =>
      this.#list(`/v1/audit`, query, "cursor", options),
    /** States the audit's last hash under the appliance's signature. `GET /v1/audit/head` */
    head: (options?: CallOptions): Promise<Api.AuditHeadAnswer> =>
      this.#json("GET", `/v1/audit/head`, {}, options),
    /** Checks the chain of the audit from its first entry to its last. `GET /v1/audit/verify` */
    verify: (
      query: Api.AuditVerifyQuery = {},
      options?: CallOptions,
    ): Promise<Api.AuditVerifyAnswer> => this.#json("GET", `/v1/audit/verify`, { query }, options),
  };

  readonly pairing = {
    /** Makes a one-time code that a console pairs with. `POST /v1/pairing` */
    create: (
      body: Api.PairingCreateBody,
      options?: CallOptions,
    ): Promise<Api.PairingCreateAnswer> => this.#json("POST", `/v1/pairing`, { body }, options),
    /** Gives the console that shows the code a key of its own. `POST /v1/pairing/claim` */
    claim: (body: Api.PairingClaimBody, options?: CallOptions): Promise<Api.PairingClaimAnswer> =>
      this.#json("POST", `/v1/pairing/claim`, { body }, options),
  };

  readonly usage = {
    /** Sums up a month: calls, minutes, amounts and token usage by number and mode. `GET /v1/usage` */
    get: (query: Api.UsageGetQuery = {}, options?: CallOptions): Promise<Api.UsageGetAnswer> =>
      this.#json("GET", `/v1/usage`, { query }, options),
    /** Lists the immutable entries that the sums are made of. `GET /v1/usage/ledger` */
    ledger: (
      query: Api.UsageLedgerQuery = {},
      options?: CallOptions,
    ): Listing<Api.UsageLedgerItem> => this.#list(`/v1/usage/ledger`, query, "since", options),
    /** Takes back a part of an entry, or gives it again, by an entry that names it. `POST /v1/usage/corrections` */
    correct: (body: Api.UsageCorrectBody, options?: CallOptions): Promise<Api.UsageCorrectAnswer> =>
      this.#json("POST", `/v1/usage/corrections`, { body }, options),
    exports: {
      /** Lists the batches that were told to billing, newest first. `GET /v1/usage/exports` */
      list: (
        query: Api.UsageExportsListQuery = {},
        options?: CallOptions,
      ): Listing<Api.UsageExportsListItem> =>
        this.#list(`/v1/usage/exports`, query, "cursor", options),
      /** Seals what is due into a batch and sends it now. `POST /v1/usage/exports` */
      run: (options?: CallOptions): Promise<Api.UsageExportsRunAnswer> =>
        this.#json("POST", `/v1/usage/exports`, {}, options),
      /** Shows one batch. `GET /v1/usage/exports/{id}` */
      get: (id: string, options?: CallOptions): Promise<Api.UsageExportsGetAnswer> =>
        this.#json("GET", `/v1/usage/exports/${part(id)}`, {}, options),
      /** Begins a new epoch after the receiver and this appliance came to differ. `POST /v1/usage/exports/epoch` */
      beginEpoch: (options?: CallOptions): Promise<Api.UsageExportsBeginEpochAnswer> =>
        this.#json("POST", `/v1/usage/exports/epoch`, {}, options),
      /** Takes in a receiver's signed acknowledgement that came as a file. `POST /v1/usage/exports/acknowledgements` */
      acknowledge: (
        body: Api.UsageExportsAcknowledgeBody,
        options?: CallOptions,
      ): Promise<Api.UsageExportsAcknowledgeAnswer> =>
        this.#json("POST", `/v1/usage/exports/acknowledgements`, { body }, options),
      /** Downloads a batch, signed (CloudEvents) or as a table (CSV). `GET /v1/usage/exports/{id}/file` */
      file: (
        id: string,
        query: Api.UsageExportsFileQuery = {},
        options?: CallOptions,
      ): Promise<Response> =>
        this.#json("GET", `/v1/usage/exports/${part(id)}/file`, { query, as: "file" }, options),
    },
    schedule: {
      /** Shows when usage is sent, where to, and how far that has come. `GET /v1/usage/schedule` */
      get: (options?: CallOptions): Promise<Api.UsageScheduleGetAnswer> =>
        this.#json("GET", `/v1/usage/schedule`, {}, options),
      /** Sets when usage is sent, and where to. `PUT /v1/usage/schedule` */
      set: (
        body: Api.UsageScheduleSetBody,
        options?: CallOptions,
      ): Promise<Api.UsageScheduleSetAnswer> =>
        this.#json("PUT", `/v1/usage/schedule`, { body }, options),
    },
    reconciliation: {
      /** Holds a month against billing, the carrier's records and the provider's usage, each difference with its reason. `GET /v1/usage/reconciliation` */
      get: (
        query: Api.UsageReconciliationGetQuery = {},
        options?: CallOptions,
      ): Promise<Api.UsageReconciliationGetAnswer> =>
        this.#json("GET", `/v1/usage/reconciliation`, { query }, options),
      /** Takes in a carrier's call records as CSV, and tells each line that cannot be read. `POST /v1/usage/reconciliation/cdr` */
      importCdr: (
        body: Api.UsageReconciliationImportCdrBody,
        options?: CallOptions,
      ): Promise<Api.UsageReconciliationImportCdrAnswer> =>
        this.#json("POST", `/v1/usage/reconciliation/cdr`, { body }, options),
      /** Takes in the provider's usage by day and key, as its usage API answers it. `POST /v1/usage/reconciliation/provider-usage` */
      importProviderUsage: (
        body: Api.UsageReconciliationImportProviderUsageBody,
        options?: CallOptions,
      ): Promise<Api.UsageReconciliationImportProviderUsageAnswer> =>
        this.#json("POST", `/v1/usage/reconciliation/provider-usage`, { body }, options),
      /** Lists what was imported of carriers and of the provider, newest first. `GET /v1/usage/reconciliation/imports` */
      imports: (
        query: Api.UsageReconciliationImportsQuery = {},
        options?: CallOptions,
      ): Listing<Api.UsageReconciliationImportsItem> =>
        this.#list(`/v1/usage/reconciliation/imports`, query, "cursor", options),
      /** Takes an import back with all its records. `DELETE /v1/usage/reconciliation/imports/{id}` */
      deleteImport: (id: string, options?: CallOptions): Promise<void> =>
        this.#json(
          "DELETE",
          `/v1/usage/reconciliation/imports/${part(id)}`,
          { as: "nothing" },
          options,
        ),
    },
  };

  readonly system = {
    /** Shows how the appliance fares, and what needs somebody to look after it. `GET /v1/system` */
    get: (options?: CallOptions): Promise<Api.SystemGetAnswer> =>
      this.#json("GET", `/v1/system`, {}, options),
  };

  readonly jobs = {
    /** Lists work that is waiting, running or parked. `GET /v1/jobs` */
    list: (query: Api.JobsListQuery = {}, options?: CallOptions): Listing<Api.JobsListItem> =>
      this.#list(`/v1/jobs`, query, "cursor", options),
    /** Tries a job again that has given up. `POST /v1/jobs/{id}/retry` */
    retry: (id: string, options?: CallOptions): Promise<Api.JobsRetryAnswer> =>
      this.#json("POST", `/v1/jobs/${part(id)}/retry`, {}, options),
  };

  readonly vault = {
    /** Says how the vault of the keys stands. `GET /v1/vault` */
    get: (options?: CallOptions): Promise<Api.VaultGetAnswer> =>
      this.#json("GET", `/v1/vault`, {}, options),
    /** Opens the vault with its passphrase. `POST /v1/vault/unseal` */
    unseal: (body: Api.VaultUnsealBody, options?: CallOptions): Promise<Api.VaultUnsealAnswer> =>
      this.#json("POST", `/v1/vault/unseal`, { body }, options),
    /** Closes the vault: no call is answered until it is unsealed. `POST /v1/vault/seal` */
    seal: (options?: CallOptions): Promise<Api.VaultSealAnswer> =>
      this.#json("POST", `/v1/vault/seal`, {}, options),
    /** Makes a new wrapping key and wraps every secret's key anew. `POST /v1/vault/rotate` */
    rotate: (options?: CallOptions): Promise<Api.VaultRotateAnswer> =>
      this.#json("POST", `/v1/vault/rotate`, {}, options),
    /** Exchanges what opens the vault: its root key or its passphrase. `POST /v1/vault/rekey` */
    rekey: (body: Api.VaultRekeyBody, options?: CallOptions): Promise<Api.VaultRekeyAnswer> =>
      this.#json("POST", `/v1/vault/rekey`, { body }, options),
  };

  readonly webhooks = {
    /** Lists the webhook endpoints. `GET /v1/webhooks` */
    list: (options?: CallOptions): Listing<Api.WebhooksListItem> =>
      this.#list(`/v1/webhooks`, {}, null, options),
    /** Adds a webhook endpoint; its secret is shown once. `POST /v1/webhooks` */
    create: (
      body: Api.WebhooksCreateBody,
      options?: CallOptions,
    ): Promise<Api.WebhooksCreateAnswer> => this.#json("POST", `/v1/webhooks`, { body }, options),
    /** Gives a webhook endpoint a new secret, shown once. `POST /v1/webhooks/{id}/rotate` */
    rotate: (id: string, options?: CallOptions): Promise<Api.WebhooksRotateAnswer> =>
      this.#json("POST", `/v1/webhooks/${part(id)}/rotate`, {}, options),
    /** Deletes a webhook endpoint. `DELETE /v1/webhooks/{id}` */
    delete: (id: string, options?: CallOptions): Promise<void> =>
      this.#json("DELETE", `/v1/webhooks/${part(id)}`, { as: "nothing" }, options),
    deliveries: {
      /** Lists what was sent to a webhook endpoint, and what came of it. `GET /v1/webhooks/{id}/deliveries` */
      list: (
        id: string,
        query: Api.WebhooksDeliveriesListQuery = {},
        options?: CallOptions,
      ): Listing<Api.WebhooksDeliveriesListItem> =>
        this.#list(`/v1/webhooks/${part(id)}/deliveries`, query, "cursor", options),
      /** Sends an event to its endpoint once more. `POST /v1/webhooks/{id}/deliveries/{deliveryId}/redeliver` */
      redeliver: (
        id: string,
        deliveryId: string,
        options?: CallOptions,
      ): Promise<Api.WebhooksDeliveriesRedeliverAnswer> =>
        this.#json(
          "POST",
          `/v1/webhooks/${part(id)}/deliveries/${part(deliveryId)}/redeliver`,
          {},
          options,
        ),
    },
  };

  readonly byok = {
    /** Says of each key, by its fingerprint, how it fares. `GET /v1/byok/health` */
    health: (options?: CallOptions): Listing<Api.ByokHealthItem> =>
      this.#list(`/v1/byok/health`, {}, null, options),
    /** Tests a key once and gives it to many numbers, all or none. `POST /v1/byok/bulk` */
    saveForMany: (
      body: Api.ByokSaveForManyBody,
      options?: CallOptions,
    ): Promise<Api.ByokSaveForManyAnswer> => this.#json("POST", `/v1/byok/bulk`, { body }, options),
  };

  #json<Answer>(
    method: string,
    path: string,
    more: Partial<Request>,
    options?: CallOptions,
  ): Promise<Answer> {
    return this.#transport.send({ method, path, as: "json", ...more }, options);
  }

  /** `cursorName` is the parameter that takes a page's `nextCursor`. */
  #list<Item>(
    path: string,
    query: Query,
    cursorName: string | null,
    options?: CallOptions,
  ): Listing<Item> {
    return new Listing((cursor) => {
      const next = cursor === null || cursorName === null ? {} : { [cursorName]: cursor };
      return this.#json("GET", path, { query: { ...query, ...next } }, options);
    });
  }
}

function part(value: string): string {
  return encodeURIComponent(value);
}
