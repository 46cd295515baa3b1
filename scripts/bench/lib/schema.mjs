/**
 * A schema of the size wanted: each table has six columns, an identity key, a check, a foreign key to the table before
 * it and two more indexes, which is about what applications have.
 */
export function createSchema(tables) {
  let sql = ''
  for (let number = 0; number < tables; number++) {
    const previous = number > 0 ? `REFERENCES table_${number - 1}` : ''
    sql += `CREATE TABLE table_${number} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  parent_id bigint ${previous},
  amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
  data jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX table_${number}_parent_idx ON table_${number} (parent_id);
CREATE INDEX table_${number}_name_idx ON table_${number} (lower(name)) WHERE amount > 0;
`
  }
  return sql
}
