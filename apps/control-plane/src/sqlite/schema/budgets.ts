/** What months have cost where the appliance's time zone holds, and what was told of it. */
export const budgetsSchema = {
  name: "budgets",
  statements: [
    `CREATE TABLE budget_use (
      month TEXT NOT NULL,
      number_id TEXT NOT NULL,
      amount_micros INTEGER NOT NULL,
      PRIMARY KEY (month, number_id)
    ) STRICT, WITHOUT ROWID`,
    // Until a time zone is set it is that of the totals.
    `INSERT INTO budget_use SELECT period, number_id, sum(amount_micros) FROM usage_total
      GROUP BY period, number_id`,
    // A budget that is changed is another one: what is told of it is told anew.
    `CREATE TABLE budget_level (
      month TEXT NOT NULL,
      scope TEXT NOT NULL CHECK (scope IN ('number', 'appliance', 'trial')),
      number_id TEXT NOT NULL,
      limit_amount INTEGER NOT NULL,
      level INTEGER NOT NULL CHECK (level IN (80, 100)),
      at_ms INTEGER NOT NULL,
      PRIMARY KEY (month, scope, number_id, limit_amount, level)
    ) STRICT, WITHOUT ROWID`,
  ],
};
