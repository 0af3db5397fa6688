/** One entry of the catalogue that docs/errors.md prints. */
export type ErrorEntry = {
  readonly httpStatus: number;
  /** The sentence a caller of the API reads when the place that failed has no better one. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Other statuses that some of its reasons have. */
  readonly httpStatusByReason?: Readonly<Record<string, number>>;
};

/** Every `error.code` that the REST API can answer with. */
export const errorCatalogue = {
  malformed_request: {
    httpStatus: 400,
    message: "The request could not be read.",
    remedy: "Send a JSON body with Content-Type: application/json, and well-formed parameters.",
  },
  no_saved_agent: {
    httpStatus: 400,
    message: "This number has no saved agent for its calls.",
    remedy: "Send a systemPrompt, or save an agent with POST /v1/numbers/:id/outbound-defaults.",
  },
  unauthorized: {
    httpStatus: 401,
    message: "A valid API key is needed.",
    remedy: "Send the header Authorization: Bearer ac_live_… with a key of this appliance.",
  },
  forbidden: {
    httpStatus: 403,
    message: "The role of this API key does not allow this.",
    remedy: "Use a key with a larger role: viewer, operator, admin.",
  },
  plan_limit_byok: {
    httpStatus: 403,
    message: "Keys of your own need the plan pro; this appliance has the plan free.",
    remedy: "GET /v1/license says why; install a licence with the plan pro.",
  },
  destination_not_allowed: {
    httpStatus: 403,
    message: "The rules against toll fraud do not allow this call.",
    remedy: "reason says which rule; an admin changes them with PUT /v1/settings/outbound.",
  },
  usage_exhausted: {
    httpStatus: 403,
    message: "Nothing is left to make this call with.",
    remedy: "reason says what is used up: the number's monthly budget, or the free plan's minutes.",
  },
  not_found: {
    httpStatus: 404,
    message: "There is no such thing on this appliance.",
    remedy: "Check the id. What was deleted stays deleted.",
  },
  method_not_allowed: {
    httpStatus: 405,
    message: "This path does not take this method.",
    remedy: "Use the method that GET /openapi.json names; /mcp takes POST only.",
  },
  recording_not_found: {
    httpStatus: 404,
    message: "There is no recording of this call.",
    remedy:
      "reason says why: the call was not_recorded, is not_ready yet, has failed, or was deleted.",
  },
  range_not_satisfiable: {
    httpStatus: 416,
    message: "The range that was asked for is beyond the end.",
    remedy: "The header Content-Range says how long it is.",
  },
  conflict: {
    httpStatus: 409,
    message: "The request conflicts with the present state.",
    remedy: "Read the present state, then decide again.",
  },
  no_trunk: {
    httpStatus: 409,
    message: "No trunk is there that this call could go by.",
    remedy: "Enable a trunk with a server, or give the number one with PATCH /v1/numbers/:id.",
  },
  number_exists: {
    httpStatus: 409,
    message: "This number is already registered on this appliance.",
    remedy: "Find it with GET /v1/numbers?q=, and change it with PATCH.",
  },
  pairing_code_wrong: {
    httpStatus: 403,
    message: "This code is wrong, used up or too old.",
    remedy:
      "Ask for a new code on the appliance (POST /v1/pairing, or its panel), and type it again.",
  },
  pairing_locked: {
    httpStatus: 429,
    message: "Too many wrong codes.",
    remedy: "Wait for as many seconds as the header Retry-After says; the code stays good.",
  },
  payload_too_large: {
    httpStatus: 413,
    message: "The request body is larger than this appliance accepts.",
    remedy: "Send less than 1 MB; a file to be imported is sent in parts of less than 8 MB.",
  },
  validation_failed: {
    httpStatus: 422,
    message: "Some fields are not valid.",
    remedy: "details.fields names each field and what is wrong with it.",
  },
  byok_key_invalid: {
    httpStatus: 422,
    message: "The provider does not accept this key.",
    remedy: "reason says why: mend it in the provider's project settings, or use another key.",
  },
  byok_test_failed: {
    httpStatus: 502,
    message: "The key could not be tested; this says nothing about the key.",
    remedy: "Try again. The number keeps the key it has. After a timeout the status is 504.",
    httpStatusByReason: { timeout: 504 },
  },
  license_invalid: {
    httpStatus: 422,
    message: "This licence does not count on this appliance.",
    remedy:
      "reason says why; ask the vendor for one that names the applianceId of GET /v1/license.",
  },
  wrong_passphrase: {
    httpStatus: 422,
    message: "This is not the passphrase of the vault.",
    remedy: "Try again with the passphrase that was chosen when the vault was set up.",
  },
  rate_limited: {
    httpStatus: 429,
    message: "Too many requests.",
    remedy: "Wait for as many seconds as the header Retry-After says.",
  },
  recording_unreadable: {
    httpStatus: 500,
    message: "The recording does not open: its file or its key is damaged.",
    remedy: "Put the file back from a backup; the appliance's log names it.",
  },
  call_limit_reached: {
    httpStatus: 429,
    message: "As many calls as are allowed have been placed.",
    remedy: "reason says which limit; wait for a call to end, or for the day to pass.",
  },
  internal_error: {
    httpStatus: 500,
    message: "A fault inside the appliance; it has been logged.",
    remedy: "Send the support bundle to your supplier together with the time of the request.",
  },
  storage_full: {
    httpStatus: 507,
    message: "The appliance's disk is full: nothing can be written.",
    remedy: "Make room on the disk of the data folder. Calls in progress go on, and lose nothing.",
  },
  voice_ai_unavailable: {
    httpStatus: 503,
    message: "No gateway is connected that could do this.",
    remedy: "Look at GET /readyz, and at the gateway's log.",
  },
  vault_sealed: {
    httpStatus: 503,
    message: "The vault is sealed: no key can be saved or opened.",
    remedy: "Unseal it with POST /v1/vault/unseal and its passphrase.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
