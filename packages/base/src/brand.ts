/** A value of `Base` that only its own parser makes, so that two ids cannot be mixed up. */
export type Brand<Base, Name extends string> = Base & { readonly __brand: Name };
