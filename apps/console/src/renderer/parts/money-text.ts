const microsPerDollar = 1_000_000;
const dollars = new Intl.NumberFormat(undefined, {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 4, // a price of a minute may have parts of a cent
});

/** Micro-dollars as a person writes them: 400000 is `$0.40`. */
export function moneyText(micros: number): string {
  return dollars.format(micros / microsPerDollar);
}
