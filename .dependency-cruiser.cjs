// The import map of docs/architecture.md. test/architecture.test.ts holds it, with a canary that must be refused.
const layers = {
  "packages/base": [],
  "packages/contract": [],
  "packages/sdk": [],
  "packages/billing": ["packages/base", "packages/vault"],
  "packages/logging": ["packages/base"],
  "packages/media": ["packages/base"],
  "packages/recording": ["packages/base"],
  "packages/vault": ["packages/base"],
  "packages/pki": ["packages/base"],
  "packages/program": ["packages/base"],
  "packages/realtime": ["packages/base", "packages/media"],
  "packages/srtp": ["packages/base", "packages/media"],
  "packages/sip-engine": ["packages/base", "packages/logging", "packages/program"],
  "packages/practice": [
    "packages/base",
    "packages/billing",
    "packages/media",
    "packages/realtime",
    "packages/logging",
    "packages/program",
    "packages/vault",
  ],
  "packages/phone": [
    "packages/base",
    "packages/contract",
    "packages/media",
    "packages/sip-engine",
    "packages/srtp",
  ],
  "apps/gateway": [
    "packages/base",
    "packages/contract",
    "packages/media",
    "packages/realtime",
    "packages/recording",
    "packages/logging",
    "packages/program",
    "packages/srtp",
  ],
  "apps/control-plane": [
    "packages/base",
    "packages/billing",
    "packages/contract",
    "packages/logging",
    "packages/media",
    "packages/program",
    "packages/realtime",
    "packages/recording",
    "packages/vault",
    "packages/pki",
  ],
  "apps/console": ["packages/base", "packages/contract", "packages/logging", "packages/program"],
  "apps/cli": ["packages/sdk"],
  "apps/appliance": ["packages/base", "packages/contract", "packages/logging"],
};

const layerRules = Object.entries(layers).map(([from, allowed]) => ({
  name: `${from}-layer`,
  comment: `${from} may import only: ${allowed.join(", ") || "nothing of ours"}`,
  severity: "error",
  from: { path: `^${from}/`, pathNot: "\\.test\\.ts$" },
  to: {
    path: "^(packages|apps|installer|test)/",
    pathNot: [from, ...allowed].map((layer) => `^${layer}/`),
  },
}));

/** A thing that only one place may import. */
const only = (name, target, home) => ({
  name,
  severity: "error",
  from: { path: "^(packages|apps)/", pathNot: home },
  to: { path: `node_modules/${target}/` },
});

module.exports = {
  forbidden: [
    ...layerRules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "pure-packages",
      comment: "base, contract and media run anywhere, a browser too",
      severity: "error",
      from: { path: "^packages/(base|contract|media)/src/", pathNot: "\\.test\\.ts$|/testing/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "what-seals-has-only-crypto",
      comment: "what seals touches neither disk nor network: it cannot leak by itself",
      severity: "error",
      from: { path: "^packages/(vault|recording)/src/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "srtp-has-only-crypto",
      comment: "what holds the keys of a call's audio touches neither disk nor network",
      severity: "error",
      from: { path: "^packages/srtp/src/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "testing-code-in-tests-only",
      severity: "error",
      from: { pathNot: "\\.test\\.ts$|/testing/|^test/" },
      to: { path: "/testing/" },
    },
    {
      name: "sdk-runs-in-browsers",
      comment: "the SDK is published: it depends on nothing, and on Node in its own entry only",
      severity: "error",
      from: { path: "^packages/sdk/src/", pathNot: "\\.test\\.ts$|/src/node/" },
      to: { dependencyTypes: ["core", "npm"] },
    },
    only("node-forge-only-in-pki", "node-forge", "^packages/pki/"),
    only("drachtio-srf-only-in-gateway-sip", "drachtio-srf", "^apps/gateway/src/sip/"),
    only("electron-only-in-console-wiring", "electron", "^apps/console/src/(main|preload)/"),
    {
      name: "page-has-no-node",
      comment:
        "the renderer is a web page: it sees the contract and console/shared, and never Node",
      severity: "error",
      from: { path: "^apps/console/src/renderer/", pathNot: "\\.test\\.tsx?$" },
      to: {
        path: "^(packages|apps)/",
        pathNot: "^(packages/contract/|apps/console/src/(renderer|shared)/)",
      },
    },
    {
      name: "page-has-no-node-built-ins",
      severity: "error",
      from: { path: "^apps/console/src/(renderer|shared)/", pathNot: "\\.test\\.tsx?$" },
      to: { dependencyTypes: ["core"] },
    },
    only("nodemailer-only-in-control-plane-mail", "nodemailer", "^apps/control-plane/src/mail/"),
    only("mcp-only-in-control-plane-mcp", "@modelcontextprotocol", "^apps/control-plane/src/mcp/"),
    only("yazl-only-in-control-plane-privacy", "yazl", "^apps/control-plane/src/privacy/"),
    only("sqlite3-only-in-control-plane-sqlite", "sqlite3", "^apps/control-plane/src/sqlite/"),
    {
      name: "every-import-resolves",
      comment: "an import that cannot be found would be checked by nobody",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^apps/console/out/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
    },
  },
};
