-- What a person holds. The tables it refers to stand in other files: the order of files and statements does not matter.
CREATE TABLE holding (
  user_id text NOT NULL REFERENCES auth."user" (id) ON DELETE CASCADE,
  asset_id uuid NOT NULL REFERENCES asset.asset (id),
  quantity numeric(20, 6) NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (user_id, asset_id)
);

CREATE INDEX holding_asset_id_idx ON holding (asset_id);

CREATE VIEW portfolio AS
SELECT h.user_id, a.symbol, a.name, a.kind, h.quantity
FROM holding h
JOIN asset.asset a ON a.id = h.asset_id;
