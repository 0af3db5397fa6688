/**
 * The forms in which a key might stand somewhere: as it is, its marked part, hexadecimal, and what
 * is left of it in base64 at each of the three places at which it may begin.
 */
export function formsOf(key: string): readonly string[] {
  const marked = key.slice(key.lastIndexOf("-") + 1);
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + key)
      .toString("base64")
      .slice(4, -4),
  );
  return [key, marked, Buffer.from(key).toString("hex"), ...shifted];
}
