/** E.164 in groups that can be read aloud: `+1 415 555 0100`. Other texts stay as they are. */
export function phoneNumberText(number: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american !== null) return `+1 ${american.slice(1).join(" ")}`;
  const digits = /^\+(\d{2})(\d+)$/.exec(number);
  if (digits === null) return number;
  const [, country = "", rest = ""] = digits;
  return `+${country} ${rest.replaceAll(/\B(?=(?:\d{3})+$)/g, " ")}`;
}
