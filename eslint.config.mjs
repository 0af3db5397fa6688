import tseslint from "typescript-eslint";

const clockAndChance = {
  "no-restricted-globals": [
    "error",
    { name: "setTimeout", message: "Take a Clock." },
    { name: "setInterval", message: "Take a Clock." },
  ],
  "no-restricted-properties": [
    "error",
    { object: "Date", property: "now", message: "Take a Clock." },
    { object: "performance", property: "now", message: "Take a Clock." },
    { object: "Math", property: "random", message: "Take a Random." },
  ],
};

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "apps/console/out/**",
      "release/**",
      "**/node_modules/**",
      "coverage/**",
      "data/**",
    ],
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/require-array-sort-compare": "error",
      "no-console": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
      ],
      ...clockAndChance,
    },
  },
  {
    // Where time and chance come into the house, and into the SDK, which depends on nothing of ours.
    files: [
      "packages/base/src/clock.ts",
      "packages/base/src/random.ts",
      "packages/sdk/src/environment.ts",
    ],
    rules: { "no-restricted-globals": "off", "no-restricted-properties": "off" },
  },
  {
    // Vitest reads its configuration from a default export.
    files: ["*.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
);
