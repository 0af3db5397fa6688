import { AppError } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import {
  classifyRefusal,
  handshakeTimeoutCode,
  malformedKeyCode,
  protocolBrokenCode,
} from "./classify-refusal.ts";

const noFault = null;

function body(code: string | null, message = "", type = "invalid_request_error"): string {
  return JSON.stringify({ error: { type, code, message, param: null } });
}

describe("classifyRefusal", () => {
  test.each([
    [401, body("invalid_api_key"), "invalid_api_key"],
    [401, "", "invalid_api_key"],
    [401, body(null, "You have insufficient permissions for this operation."), "permission_denied"],
    [402, "", "insufficient_quota"],
    [403, "<html>403</html>", "permission_denied"],
    [403, body("unsupported_country_region_territory"), "region_blocked"],
    [404, body("model_not_found"), "model_not_found"],
    [404, '{"error":{"code":"DeploymentNotFound","message":"x"}}', "model_not_found"],
    [404, "not found", "provider_error"],
    [408, "", "timeout"],
    [429, body("rate_limit_exceeded", "", "requests"), "rate_limited"],
    [429, body("insufficient_quota", "", "insufficient_quota"), "insufficient_quota"],
    [429, body(null, "", "insufficient_quota"), "insufficient_quota"],
    [429, "", "rate_limited"],
    [451, "", "region_blocked"],
    [500, "", "provider_error"],
    [502, "[]", "provider_error"],
    [504, "", "timeout"],
    [302, "", "provider_error"],
  ] as const)("an upgrade refused with %i and %s is %s", (httpStatus, text, reason) => {
    const refusal = { kind: "upgrade", httpStatus, body: text, retryAfterSecs: null } as const;

    expect(classifyRefusal(refusal).reason).toBe(reason);
  });

  test.each([
    [3000, "invalid_request_error.invalid_api_key", "invalid_api_key"],
    [3000, "", "invalid_api_key"],
    [4000, "invalid_request_error.missing_model", "model_not_found"],
    [4000, "invalid_request_error.invalid_model", "model_not_found"],
    [4000, "invalid_request_error.beta_api_shape_disabled", "provider_error"],
    [4004, "invalid_request_error.model_not_found", "model_not_found"],
    [4004, "", "model_not_found"],
    [4000, "insufficient_quota.insufficient_quota", "insufficient_quota"],
    [1001, "Your session hit the maximum duration of 60 minutes.", "session_expired"],
    [1001, "invalid_request_error.session_expired", "session_expired"],
    [1011, "", "provider_error"],
    [1006, "", "provider_error"],
    [1000, "", "provider_error"],
  ] as const)("a close %i (%s) before the session is ready is %s", (code, reason, expected) => {
    const close = { kind: "close", code, reason, lastFault: noFault, wasReady: false } as const;

    expect(classifyRefusal(close).reason).toBe(expected);
  });

  test.each([
    [1011, "", "session_lost"],
    [1006, "", "session_lost"],
    [1000, "", "session_lost"],
    [1001, "Your session hit the maximum duration of 60 minutes.", "session_expired"],
    [3000, "invalid_request_error.invalid_api_key", "invalid_api_key"],
  ] as const)("a close %i (%s) in the middle of a call is %s", (code, reason, expected) => {
    const close = { kind: "close", code, reason, lastFault: noFault, wasReady: true } as const;

    expect(classifyRefusal(close).reason).toBe(expected);
  });

  test("a close that says nothing is explained by the error before it, while opening only", () => {
    const lastFault = { type: "invalid_request_error", code: "invalid_model", message: "" };
    const close = { kind: "close", code: 1000, reason: "", lastFault } as const;

    expect(classifyRefusal({ ...close, wasReady: false }).reason).toBe("model_not_found");
    expect(classifyRefusal({ ...close, wasReady: true }).reason).toBe("session_lost");
  });

  test.each([
    ["insufficient_quota", "insufficient_quota"],
    ["credit_balance_exhausted", "insufficient_quota"],
    ["billing_hard_limit_reached", "insufficient_quota"],
    ["organization_spend_limit_exceeded", "insufficient_quota"],
    ["account_deactivated", "insufficient_quota"],
    ["rate_limit_exceeded", "rate_limited"],
    ["inference_rate_limit_exceeded", "rate_limited"],
    ["session_expired", "session_expired"],
    ["invalid_api_key", "invalid_api_key"],
    ["server_error", "provider_error"],
  ] as const)("the code %s is %s", (code, reason) => {
    const fault = { type: null, code, message: "" };

    expect(classifyRefusal({ kind: "fault", fault }).reason).toBe(reason);
  });

  test("an ephemeral key that ran out is told by its sentence only", () => {
    const fault = { type: null, code: null, message: "Ephemeral token expired" };

    expect(classifyRefusal({ kind: "fault", fault }).reason).toBe("invalid_api_key");
  });

  test.each([
    [new AppError(malformedKeyCode, ""), false, "malformed_key"],
    [new AppError(handshakeTimeoutCode, ""), false, "timeout"],
    [new AppError(protocolBrokenCode, ""), false, "provider_error"],
    [new AppError(protocolBrokenCode, ""), true, "provider_error"],
    [new Error("connect ECONNREFUSED"), false, "provider_unreachable"],
    [new Error("read ECONNRESET"), true, "session_lost"],
    [withCode("DEPTH_ZERO_SELF_SIGNED_CERT"), false, "tls_error"],
    [withCode("ERR_TLS_CERT_ALTNAME_INVALID"), false, "tls_error"],
    [withCode("CERT_HAS_EXPIRED"), false, "tls_error"],
    [new AppError("x", "", { cause: withCode("EPROTO") }), false, "tls_error"],
    [withCode("ECONNREFUSED"), false, "provider_unreachable"],
  ] as const)("the failure %s (ready: %s) is %s", (error, wasReady, reason) => {
    expect(classifyRefusal({ kind: "broken", error, wasReady }).reason).toBe(reason);
  });

  test("its message quotes nothing that the provider wrote but a code", () => {
    const secret = "sk-proj-practice-good-evaluation";
    const messages = [
      classifyRefusal({
        kind: "fault",
        fault: { type: null, code: secret, message: `Incorrect API key provided: ${secret}` },
      }),
      classifyRefusal({
        kind: "upgrade",
        httpStatus: 401,
        body: body("invalid_api_key", secret),
        retryAfterSecs: null,
      }),
      classifyRefusal({
        kind: "close",
        code: 3000,
        reason: secret,
        lastFault: null,
        wasReady: false,
      }),
    ].map(({ message }) => message);

    expect(messages.join(" ")).not.toContain("sk-");
  });
});

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
