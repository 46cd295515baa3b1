import type { Slot } from './generate.js'

/** Roles that must exist on the server before either schema is loaded. */
export const soakRoles = ['soak_owner', 'soak_reader'] as const

function writeOver(number: number): Slot[] {
  return [
    {
      name: `comment ${number}`,
      write(random, world) {
        if (world.targets.length === 0) return []
        const { kind, name } = random.pick(world.targets)
        return [`COMMENT ON ${kind} ${name} IS '${random.pick(['first', "it''s second", 'third\nline'])}'`]
      },
    },
    {
      name: `owner ${number}`,
      write(random, world) {
        const owned = world.targets.filter((target) => target.owned)
        if (owned.length === 0) return []
        const { kind, name } = random.pick(owned)
        // A few kinds only take a superuser, or let an owner refuse what follows: no statement depends on these.
        return [`ALTER ${kind} ${name} OWNER TO ${random.pick(['soak_owner', 'soak_reader'])}`]
      },
    },
    {
      name: `privileges ${number}`,
      write(random, world) {
        const granted = world.targets.filter((target) => (target.privileges?.length ?? 0) > 0)
        if (granted.length === 0) return []
        const { kind, name, privileges = [] } = random.pick(granted)
        const list = random.some(privileges, 1).join(', ')
        const on = kind === 'VIEW' || kind === 'MATERIALIZED VIEW' || kind === 'FOREIGN TABLE' ? 'TABLE' : kind
        return [
          random.chance(0.25)
            ? `REVOKE ALL ON ${on} ${name} FROM ${random.pick(['public', 'CURRENT_USER'])}`
            : `GRANT ${list} ON ${on} ${name} TO ${random.pick(['soak_reader', 'public'])}`,
          ...(random.chance(0.3) ? [`GRANT ${list} ON ${on} ${name} TO soak_owner WITH GRANT OPTION`] : []),
        ]
      },
    },
  ]
}

/** Comments, owners and privileges over whatever the schema holds by then. */
export const crossCutting: readonly Slot[] = [
  ...[1, 2, 3, 4, 5].flatMap(writeOver),
  {
    name: 'column comments and grants',
    write(random, world) {
      const table = world.tables[0]
      const column = table?.columns[0]
      if (!table || !column) return []
      return [
        `COMMENT ON COLUMN ${table.name}.${column.name} IS '${random.pick(['one', 'two'])}'`,
        `GRANT ${random.pick(['SELECT', 'UPDATE'])} (${column.name}) ON ${table.name} TO soak_reader`,
      ]
    },
  },
  {
    name: 'constraint comment',
    write(random, world) {
      const table = world.tables[0]
      return table ? [`COMMENT ON CONSTRAINT positive ON ${table.name} IS '${random.pick(['a', 'b'])}'`] : []
    },
  },
  {
    name: 'default privileges',
    write(random, world) {
      return [
        `ALTER DEFAULT PRIVILEGES IN SCHEMA ${random.pick(world.schemas)} GRANT ${random.pick(['SELECT', 'INSERT'])} ON TABLES TO soak_reader`,
        ...(random.chance(0.5) ? [`ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM public`] : []),
      ]
    },
  },
]
