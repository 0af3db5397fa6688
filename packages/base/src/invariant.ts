/** A fault of ours: it ends the call or the request that met it, and never passes on a guess. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** States what must be true here. Throws `InvariantError` where it is not. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** The `default` of a complete switch: the compiler proves that no value gets here. */
export function unreachable(value: never): never {
  throw new InvariantError(`a value that no case covers: ${JSON.stringify(value)}`);
}
