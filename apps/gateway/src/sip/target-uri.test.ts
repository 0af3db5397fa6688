import { expect, test } from "vitest";
import { targetUri } from "./target-uri.ts";

test.each([
  ["+14155550142", "192.0.2.7", "sip:+14155550142@192.0.2.7:5060"],
  ["+14155550142", "2001:db8::7", "sip:+14155550142@[2001:db8::7]:5060"],
  ["sip:desk@pbx.example", "192.0.2.7", "sip:desk@pbx.example"],
])("%s of a call from %s is reached at %s", (to, sourceAddress, uri) => {
  expect(targetUri(to, { sourceAddress, sourcePort: 5_060 })).toBe(uri);
});
