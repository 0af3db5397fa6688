// HEALTHCHECK of the control plane: 0 when it serves, 1 when it does not.
const port = process.env["AGENTCALL_HTTP_PORT"] ?? "8080";
const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
process.exit(answer?.ok === true ? 0 : 1);
