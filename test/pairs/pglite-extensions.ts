import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { hstore } from '@electric-sql/pglite/contrib/hstore'
import { intarray } from '@electric-sql/pglite/contrib/intarray'
import { ltree } from '@electric-sql/pglite/contrib/ltree'
import { pg_stat_statements } from '@electric-sql/pglite/contrib/pg_stat_statements'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto'
import { tablefunc } from '@electric-sql/pglite/contrib/tablefunc'
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp'
import { file_fdw } from '@electric-sql/pglite/contrib/file_fdw'

/** What the pairs and the corpus ask for, under the names that `CREATE EXTENSION` knows. */
export const contrib = {
  btree_gin,
  btree_gist,
  citext,
  file_fdw,
  hstore,
  intarray,
  ltree,
  pg_stat_statements,
  pg_trgm,
  pgcrypto,
  tablefunc,
  uuid_ossp,
}
