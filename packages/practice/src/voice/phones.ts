/** One sound of a spoken text. Formants are the resonances of the mouth, in hertz. */
export type Phone = {
  readonly ms: number;
  /** Loudness of the voice and of the breath, 0 to 1. */
  readonly voiced: number;
  readonly breath: number;
  readonly formantsHz: readonly [number, number, number];
};

// Adult vowels as acoustics textbooks tabulate them, rounded.
const vowels: Readonly<Record<string, readonly [number, number, number]>> = {
  a: [730, 1090, 2440],
  e: [530, 1840, 2480],
  i: [300, 2250, 2950],
  o: [500, 880, 2410],
  u: [320, 900, 2240],
  y: [310, 2050, 2700],
};
const neutral: readonly [number, number, number] = [500, 1500, 2500];
const umlauts: Readonly<Record<string, string>> = {
  ä: "e",
  ö: "e",
  ü: "y",
  é: "e",
  è: "e",
  á: "a",
  à: "a",
  ó: "o",
  í: "i",
  ú: "u",
};

/**
 * The sounds of a text, letter by letter: not a language's pronunciation, but the rhythm of
 * one: vowels that carry the voice, consonants between them, pauses at the marks. Characters
 * without a sound are left out; the same text always sounds the same.
 */
export function phonesOf(text: string): readonly Phone[] {
  const phones: Phone[] = [];
  let last = "";
  for (const character of text.toLowerCase()) {
    const letter = umlauts[character] ?? character;
    if (letter === last && letter !== " ") continue; // a doubled letter is one sound
    phones.push(...soundOf(letter));
    last = letter;
  }
  return phones;
}

function soundOf(letter: string): readonly Phone[] {
  const vowel = vowels[letter];
  if (vowel !== undefined) return [{ ms: 115, voiced: 1, breath: 0.01, formantsHz: vowel }];
  if ("sfhzxcß".includes(letter))
    return [{ ms: 75, voiced: 0, breath: 0.22, formantsHz: [900, 2400, 3300] }];
  if ("ptkq".includes(letter))
    return [pause(45), { ms: 18, voiced: 0, breath: 0.4, formantsHz: [700, 1800, 3000] }];
  if ("bdg".includes(letter))
    return [{ ms: 35, voiced: 0.15, breath: 0, formantsHz: [250, 1200, 2300] }];
  if ("mn".includes(letter))
    return [{ ms: 65, voiced: 0.45, breath: 0, formantsHz: [270, 1100, 2200] }];
  if ("lrwjv".includes(letter))
    return [{ ms: 60, voiced: 0.6, breath: 0.02, formantsHz: [360, 1250, 2500] }];
  if (/\d/.test(letter))
    return [
      { ms: 230, voiced: 0.9, breath: 0.02, formantsHz: digitFormants(Number(letter)) },
      pause(60),
    ];
  if (letter === " ") return [pause(28)];
  if (",;:–-".includes(letter)) return [pause(170)];
  if (".!?".includes(letter)) return [pause(300)];
  return /\p{L}/u.test(letter) ? [{ ms: 100, voiced: 0.9, breath: 0.02, formantsHz: neutral }] : [];
}

function digitFormants(digit: number): readonly [number, number, number] {
  return [320 + 45 * digit, 2200 - 120 * digit, 2600];
}

function pause(ms: number): Phone {
  return { ms, voiced: 0, breath: 0, formantsHz: neutral };
}
