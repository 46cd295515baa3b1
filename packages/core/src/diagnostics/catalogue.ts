/**
 * Every code that Savepoint can report. Codes are permanent: never renamed, never reused.
 * 1xxx schema files · 2xxx development database and servers · 3xxx plan, proof and decisions · 4xxx migrations ·
 * 5xxx config and plugins · 6xxx generated files and clients · 9xxx ours to mend.
 * Each code has a page `docs/errors/<CODE>.md`; a test holds the two together.
 */
export const catalogue = {
  SP1001: 'a schema file has a syntax error',
  SP1002: 'a statement uses something that does not exist',
  SP1003: 'two statements define the same object',
  SP1004: 'a psql meta-command stands in a schema file',
  SP1005: 'a COPY … FROM stdin block stands in a schema file',
  SP1006: 'Postgres refused a statement of a schema file',
  SP1007: 'a schema file cannot be read',
  SP1008: 'no schema file matches the config',
  SP1009: 'an identifier is longer than 63 bytes and would be truncated',
  SP1010: 'a statement has no place in a schema file',
  SP1011: 'an extension is not available on this server',
  SP2001: 'the database URL is not local',
  SP2002: 'the database cannot be reached',
  SP2003: 'another session holds a lock',
  SP2004: 'the connection was lost while applying',
  SP2005: 'the data directory is in use by another process',
  SP2006: 'a database provider is not installed',
  SP2007: 'Postgres refused a planned statement',
  SP2008: 'the server is older than supported',
  SP2009: 'the database changed while a plan was made for it',
  SP3001: 'a destroying step waits for a decision',
  SP3002: 'a plan did not arrive at the desired state',
  SP3003: 'the scratch database cannot hold the schema, the plan is unproved',
  SP3004: 'an object kind is not modelled yet',
  SP3005: 'a rename annotation names nothing',
  SP4001: 'the migrations directory and the schema files differ',
  SP4002: 'the migrations directory cannot be read',
  SP4003: 'a migration fails when replayed',
  SP4004: 'the checksum of the migrations directory does not match',
  SP5001: 'the config file cannot be loaded',
  SP5002: 'the config has a wrong value',
  SP5003: 'no config file was found',
  SP5004: 'a plugin failed',
  SP6001: 'generated files are stale',
  SP6002: 'a file cannot be written',
  SP6003: 'a query does not fit the schema',
  SP9001: 'an internal error',
} as const satisfies Record<string, string>

export type DiagnosticCode = keyof typeof catalogue
