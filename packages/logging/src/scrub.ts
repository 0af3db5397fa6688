/** Shapes of secrets that may stand in text: an API key of the provider, of ours, a signing secret, a bearer token. */
const secretForms =
  /sk-[A-Za-z0-9_-]{8,}|ek_[A-Za-z0-9_-]{8,}|ac_live_[A-Za-z0-9_-]{8,}|whsec_[A-Za-z0-9+/=_-]{8,}|Bearer\s+[A-Za-z0-9._~+/=-]{8,}/g;

/** The text with everything that has the form of a secret replaced by `[secret]`. */
export function scrub(text: string): string {
  return text.replace(secretForms, "[secret]");
}
