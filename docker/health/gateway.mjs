// HEALTHCHECK of the gateway: 0 when the control plane of this host has a gateway on its link. A
// gateway has no port of its own to ask; a sealed vault is no reason to start it again.
const port = process.env["AGENTCALL_HTTP_PORT"] ?? "8080";
const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
const gateways = (await answer?.json().catch(() => null))?.checks?.gateways ?? 0;
process.exit(gateways > 0 ? 0 : 1);
