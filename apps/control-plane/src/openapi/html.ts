/** Text that is HTML already. */
export type Html = { readonly html: string };

/** A template whose values are escaped, where they are not HTML already. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  return { html: String.raw({ raw: strings }, ...values.map(textOf)) };
}

function textOf(value: string | Html | readonly Html[]): string {
  if (typeof value === "string") return escaped(value);
  return "html" in value ? value.html : value.map((part) => part.html).join("");
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}
