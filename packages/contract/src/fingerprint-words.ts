/**
 * A certificate's fingerprint as words that two people can compare by eye or by telephone.
 *
 * Six words of a list of 256 say the first 48 bits of a SHA-256 fingerprint: enough that nobody
 * makes a certificate with the same words while an admin is looking.
 */
export const fingerprintWordCount = 6;

/**
 * `fingerprint` is hexadecimal, with or without colons, as `X509Certificate.fingerprint256` has
 * it. Null for what is no fingerprint.
 */
export function fingerprintWords(fingerprint: string): readonly string[] | null {
  const digits = fingerprint.replaceAll(":", "").toLowerCase();
  if (!/^[\da-f]{64}$/.test(digits)) return null;
  return Array.from({ length: fingerprintWordCount }, (_, index) => {
    const byte = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
    return words[byte] ?? "";
  });
}

// Short, common English words, one for each value of a byte.
const words = `
acorn actor agent album alley amber angel ankle apple april arena armor arrow aspen atlas attic
badge baker bamboo banana barrel basil beacon beaver bench berry bishop blade bonus bottle branch brick
bridge bronze bubble bucket butter button cabin cactus camel camera candle canoe carbon carpet castle cedar
cello cement chalk cherry chess circus citrus clock cloud clover coast cobalt coffee comet copper coral
cotton crane crayon crystal cube dahlia daisy dancer denim desert diamond diesel dinner dolphin donkey dragon
drum eagle early echo eclipse elbow ember engine envoy fabric falcon feather fiddle finger flame flute
forest fossil fox galaxy garden garlic gentle giant ginger glacier globe goblet gravel guitar hammer harbor
hazel helmet heron hockey honey hotel iceberg igloo indigo insect island ivory jacket jaguar jasmine jelly
jigsaw jungle kayak kettle kidney kiosk kitten koala ladder lagoon lantern lava leather lemon lily lizard
lobster lotus lunar magnet mango maple marble meadow melon mirror monkey mosaic motor muffin museum mustard
nectar needle nickel noodle nutmeg oasis ocean olive onion orbit orchid otter oyster paddle panda paper
parrot pebble pencil pepper piano pigeon pillow pilot planet pocket polar poppy pumpkin puzzle quartz quiver
rabbit radar radish raven ribbon river robin rocket rubber ruby saddle salmon sandal saturn scarf shadow
silver siren sketch sofa spider spoon squid stable statue summer sunset swan tablet tango teapot temple
thunder tiger timber tomato topaz tunnel turtle tulip umbrella unicorn valley vanilla velvet violin volcano voyage
walnut walrus wagon window winter wizard wolf yacht yellow yogurt zebra zenith zigzag zinc zipper zodiac
`
  .trim()
  .split(/\s+/);
