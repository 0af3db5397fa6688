import type { Command } from "./command.ts";

const input = "the OpenAI key on standard input: agentcall byok save num_… < key.txt";

/** Keys of numbers. A key comes by standard input only: arguments are seen by everybody on the machine. */
export const keyCommands: readonly Command[] = [
  {
    words: "byok test",
    arguments: ["numberId"],
    help: "Tests an OpenAI key with a number's model; nothing is stored.",
    input,
    run: async (client, { arguments: { numberId = "" }, readInput }) => ({
      kind: "value",
      value: await client.numbers.byok.test(numberId, { apiKey: await readInput() }),
    }),
  },
  {
    words: "byok save",
    arguments: ["numberId"],
    help: "Tests an OpenAI key, seals it, and switches the number to it.",
    input,
    run: async (client, { arguments: { numberId = "" }, readInput }) => ({
      kind: "value",
      value: await client.numbers.byok.save(numberId, { apiKey: await readInput() }),
    }),
  },
  {
    words: "byok save-all",
    help: "Gives one OpenAI key to every number, all or none.",
    input,
    run: async (client, { readInput }) => ({
      kind: "value",
      value: await client.byok.saveForMany({ apiKey: await readInput(), numberIds: "all" }),
    }),
  },
  {
    words: "byok delete",
    arguments: ["numberId"],
    help: "Wipes a number's key and switches it back to managed.",
    run: async (client, { arguments: { numberId = "" } }) => ({
      kind: "value",
      value: await client.numbers.byok.delete(numberId),
    }),
  },
  {
    words: "byok health",
    help: "Says of each key, by its fingerprint, how it fares.",
    run: (client) => ({
      kind: "rows",
      rows: client.byok.health(),
      columns: ["keyPreview", "numberIds", "lastTestedAt", "lastCallCause", "lastErrorReason"],
    }),
  },
];
