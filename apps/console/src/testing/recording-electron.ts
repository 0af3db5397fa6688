/** What was called on a recording fake, in order: its name and what it was given. */
export type Recorded = { readonly name: string; readonly given: readonly unknown[] };

export type Recorder = {
  readonly calls: readonly Recorded[];
  keep(name: string, given: readonly unknown[]): void;
  /** Stands for any object of Electron: every method may be called, and is kept under this name. */
  object(name: string, own?: Readonly<Record<string, unknown>>): object;
  /** What the named method was given, each time. */
  given(name: string): readonly (readonly unknown[])[];
};

/** Keeps every call of Electron in the order in which it was made. */
export function recorder(): Recorder {
  const calls: Recorded[] = [];
  const object = (name: string, own: Readonly<Record<string, unknown>> = {}): object =>
    new Proxy(own, {
      get(target, property) {
        if (typeof property === "symbol" || property === "then") return undefined;
        const path = `${name}.${property}`;
        const value: unknown = Reflect.get(target, property);
        if (value !== undefined && typeof value !== "function") return value;
        return (...given: unknown[]): unknown => {
          calls.push({ name: path, given });
          return typeof value === "function"
            ? (Reflect.apply(value, target, given) as unknown)
            : undefined;
        };
      },
    });
  return {
    calls,
    keep: (name, given) => calls.push({ name, given }),
    object,
    given: (name) => calls.filter((call) => call.name === name).map(({ given }) => given),
  };
}

/** The listener that was given with this event's name. */
export function listenerOf(
  recorded: Recorder,
  name: string,
  event: string,
): (...given: readonly unknown[]) => unknown {
  const found = recorded.given(name).find(([first]) => first === event)?.[1];
  return asFunction(found, `${name}("${event}")`);
}

/** The function that was given to this method as its only argument. */
export function handlerOf(
  recorded: Recorder,
  name: string,
): (...given: readonly unknown[]) => unknown {
  return asFunction(recorded.given(name)[0]?.[0], name);
}

function asFunction(value: unknown, what: string): (...given: readonly unknown[]) => unknown {
  if (typeof value !== "function") throw new Error(`${what} was given no function`);
  return (...given) => Reflect.apply(value, undefined, given) as unknown;
}
