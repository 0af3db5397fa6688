const quoted = /"[^"]{1,2000}"|“[^”]{1,2000}”|„[^“]{1,2000}“|«[^»]{1,2000}»/g;
const greetingCharactersMax = 600;

/** What the agent says when nothing tells it what to say. */
export const plainGreeting = "Hello, this is the practice agent. How can I help you?";

/**
 * The words that an instruction such as `Say exactly: "Good evening!"` asks to be said: the
 * longest quotation; else what follows the first colon; else the plain greeting, for a prompt
 * is not to be read out.
 */
export function greetingOf(instructions: string): string {
  let longest = "";
  for (const match of instructions.matchAll(quoted)) {
    const words = match[0].slice(1, -1);
    if (words.length > longest.length) longest = words;
  }
  const colon = instructions.indexOf(":");
  const words = longest !== "" ? longest : colon === -1 ? "" : instructions.slice(colon + 1);
  const said = words.trim().slice(0, greetingCharactersMax);
  return said === "" ? plainGreeting : said;
}
