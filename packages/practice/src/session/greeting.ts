const quoted = /"[^"]{1,2000}"|“[^”]{1,2000}”|„[^“]{1,2000}“|«[^»]{1,2000}»/g;
const greetingCharactersMax = 600;

/** What the agent says when nothing tells it what to say. */
export const plainGreeting = "Hello, this is the practice agent. How can I help you?";

/**
 * The words that the last line of an instruction asks to be said: those behind its first colon, as
 * in `Say exactly: "Good evening!"`; else its longest quotation; else the plain greeting, for a
 * prompt is not to be read out.
 */
export function greetingOf(instructions: string): string {
  const line = instructions.trim().split("\n").at(-1) ?? "";
  const colon = line.indexOf(":");
  const words = colon === -1 ? longestQuotation(line) : withoutQuotes(line.slice(colon + 1).trim());
  const said = words.trim().slice(0, greetingCharactersMax);
  return said === "" ? plainGreeting : said;
}

function longestQuotation(line: string): string {
  let longest = "";
  for (const [quotation] of line.matchAll(quoted)) {
    const words = quotation.slice(1, -1);
    if (words.length > longest.length) longest = words;
  }
  return longest;
}

/** A text that is one quotation from end to end, without its quotes. */
function withoutQuotes(text: string): string {
  const [first] = text.match(quoted) ?? [];
  return first === text ? text.slice(1, -1) : text;
}
