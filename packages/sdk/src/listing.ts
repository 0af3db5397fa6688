/** One page of a list. */
export type Page<Item> = { readonly items: Item[]; readonly nextCursor: string | null };

/**
 * A list that is asked for when it is used: awaited it is its first page, and in `for await` it is
 * every item of every page.
 */
export class Listing<Item, Answer extends Page<Item> = Page<Item>>
  implements PromiseLike<Answer>, AsyncIterable<Item>
{
  readonly #fetchPage: (cursor: string | null) => Promise<Answer>;

  /** A null cursor asks for the page that the caller's own query names. */
  constructor(fetchPage: (cursor: string | null) => Promise<Answer>) {
    this.#fetchPage = fetchPage;
  }

  then<One, Other = never>(
    onFulfilled?: ((page: Answer) => One | PromiseLike<One>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    return this.#fetchPage(null).then<One, Other>(
      // Without it the page itself is passed on, as by any promise.
      onFulfilled ?? undefined,
      onRejected,
    );
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Item> {
    let cursor: string | null = null;
    do {
      const page: Answer = await this.#fetchPage(cursor);
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
}
