CREATE SCHEMA IF NOT EXISTS asset;

CREATE TYPE asset.kind AS ENUM ('stock', 'fund', 'bond', 'cash');

CREATE TABLE asset.asset (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  symbol text NOT NULL UNIQUE CHECK (symbol = upper(symbol)),
  name text NOT NULL,
  kind asset.kind NOT NULL DEFAULT 'stock',
  added_by text REFERENCES auth."user" (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE asset.asset IS 'Something that can be held.';
COMMENT ON COLUMN asset.asset.symbol IS 'Ticker, in capitals.';

CREATE INDEX asset_added_by_idx ON asset.asset (added_by);

CREATE FUNCTION asset.set_updated_at() RETURNS trigger AS $$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER asset_set_updated_at
  BEFORE UPDATE ON asset.asset
  FOR EACH ROW
  EXECUTE FUNCTION asset.set_updated_at();
