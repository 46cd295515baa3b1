-- name: ListAssets :many
-- @columns
select * from asset.asset order by created_at, symbol;

-- name: AddAsset :one
insert into asset.asset (symbol, name, added_by) values (upper(@symbol), @name, @added_by) returning *;
