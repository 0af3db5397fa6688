/** What the documentation, the SDK and the MCP server know of a route beside its schemas. */
export type Operation = {
  /** The SDK's way to it: `numbers.byok.save` is `client.numbers.byok.save(…)`. */
  readonly id: string;
  /** One plain sentence. */
  readonly summary: string;
  /** What a success answers, where it is not JSON; without it the route's schema says. */
  readonly answer?: "nothing" | "events" | "file" | "page";
  /** The request of the documentation, where the one drawn from the schemas would not do. */
  readonly example?: {
    readonly query?: Readonly<Record<string, unknown>>;
    readonly body?: unknown;
  };
};
