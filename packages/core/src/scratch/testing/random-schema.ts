import type { Random } from './random.js'

/**
 * A schema as a list of statements that is edited at random, the way a person edits files: columns come and go, views
 * and functions follow or are forgotten, statements move. Some edits leave something behind that no longer fits.
 */
export class RandomSchema {
  readonly #random: Random
  readonly #statements: { name: string; sql: string }[] = []
  #count = 0

  constructor(random: Random) {
    this.#random = random
    this.#statements.push({ name: 'app', sql: 'CREATE SCHEMA app' })
    for (let index = 0; index < 6; index++) this.#addTable()
    for (let index = 0; index < 12; index++) this.edit()
  }

  get text(): string {
    return `${this.#statements.map(({ sql }) => sql).join(';\n')};\n`
  }

  /** Makes one edit; returns what it was, in words. */
  edit(): string {
    const edits = [
      () => this.#addTable(),
      () => this.#addColumn(),
      () => this.#addColumn(),
      () => this.#removeColumn(),
      () => this.#changeColumn(),
      () => this.#addOf('type'),
      () => this.#addLabel(),
      () => this.#addOf('view'),
      () => this.#addOf('view'),
      () => this.#addOf('materialized'),
      () => this.#addOf('index'),
      () => this.#addOf('comment'),
      () => this.#addOf('grant'),
      () => this.#addOf('function'),
      () => this.#changeFunction(),
      () => this.#addOf('trigger'),
      () => this.#addOf('policy'),
      () => this.#addOf('constraint'),
      () => this.#addOf('foreign'),
      () => this.#addOf('copy'),
      () => this.#addOf('child'),
      () => this.#addOf('rls'),
      () => this.#addOf('default'),
      () => this.#remove(),
      () => this.#remove(),
      () => this.#move(),
    ]
    return this.#random.pick(edits)?.() ?? ''
  }

  /** Takes the last edit back by giving the whole text of before. */
  snapshot(): () => void {
    const kept = this.#statements.map((statement) => ({ ...statement }))
    return () => this.#statements.splice(0, this.#statements.length, ...kept)
  }

  #add(name: string, sql: string): string {
    this.#statements.push({ name, sql })
    return `add ${sql}`
  }

  #number(): number {
    return ++this.#count
  }

  #named(pattern: RegExp): { name: string; sql: string } | undefined {
    return this.#random.pick(this.#statements.filter(({ name }) => pattern.test(name)))
  }

  #addTable(): string {
    const number = this.#number()
    const other = this.#named(/^app\.t\d+$/)
    const type = this.#named(/^app\.e\d+$/)
    const lines = [
      'id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
      'c0 text',
      'c1 integer NOT NULL DEFAULT 0 CHECK (c1 >= 0)',
    ]
    if (other && this.#random.chance(0.7)) lines.push(`parent bigint REFERENCES ${other.name} ON DELETE CASCADE`)
    if (type && this.#random.chance(0.5)) lines.push(`kind ${type.name}`)
    if (this.#random.chance(0.3)) lines.push('serial serial')
    return this.#add(`app.t${number}`, `CREATE TABLE app.t${number} (\n  ${lines.join(',\n  ')}\n)`)
  }

  #editTable(edit: (lines: string[]) => void): string {
    const table = this.#named(/^app\.t\d+$/)
    if (!table) return this.#addTable()
    const [head = '', ...rest] = table.sql.split('\n')
    const lines = rest.slice(0, -1).map((line) => line.trim().replace(/,$/, ''))
    edit(lines)
    table.sql = `${head}\n  ${lines.join(',\n  ')}\n)`
    return `change to ${table.sql}`
  }

  #addColumn(): string {
    const number = this.#number()
    const type = this.#named(/^app\.e\d+$/)
    const types = [
      'text',
      'integer',
      'timestamptz DEFAULT now()',
      'numeric(10, 2)',
      'text[]',
      ...(type ? [type.name, type.name] : []),
    ]
    return this.#editTable((lines) =>
      lines.splice(this.#random.below(lines.length) + 1, 0, `c${number} ${this.#random.pick(types)}`),
    )
  }

  #removeColumn(): string {
    return this.#editTable((lines) => {
      if (lines.length > 2) lines.splice(this.#random.below(lines.length - 1) + 1, 1)
    })
  }

  #changeColumn(): string {
    return this.#editTable((lines) => {
      const position = lines.findIndex((line) => /^c\d+ (?:text|integer)$/.test(line))
      const line = lines[position]
      if (line !== undefined)
        lines[position] = line.endsWith('text')
          ? line.replace('text', 'varchar(40) NOT NULL')
          : line.replace('integer', 'bigint')
    })
  }

  #addLabel(): string {
    const type = this.#named(/^app\.e\d+$/)
    if (!type) return this.#addOf('type')
    type.sql = type.sql.replace(/\)$/, `, 'l${this.#number()}')`)
    return `change to ${type.sql}`
  }

  #changeFunction(): string {
    const routine = this.#named(/^app\.f\d+$/)
    if (!routine) return this.#addOf('function')
    routine.sql = routine.sql.replace(/\d+(?= \$\$$)/, String(this.#number()))
    return `change to ${routine.sql}`
  }

  #addOf(kind: string): string {
    const number = this.#number()
    const table = this.#named(/^app\.t\d+$/)?.name ?? 'app.t1'
    const other = this.#named(/^app\.t\d+$/)?.name ?? 'app.t1'
    const relation = this.#named(/^app\.[tv]\d+$/)?.name ?? table
    const routine = this.#named(/^app\.f\d+$/)
    switch (kind) {
      case 'type':
        return this.#add(`app.e${number}`, `CREATE TYPE app.e${number} AS ENUM ('a', 'b')`)
      case 'view':
        return this.#add(
          `app.v${number}`,
          `CREATE VIEW app.v${number} AS SELECT id, 'x${number}' AS tag FROM ${relation}`,
        )
      case 'materialized':
        return this.#add(
          `app.m${number}`,
          `CREATE MATERIALIZED VIEW app.m${number} AS SELECT count(*) AS n FROM ${relation}`,
        )
      case 'index':
        return this.#add(`app.i${number}`, `CREATE INDEX i${number} ON ${table} (c1, id) WHERE c1 > ${number}`)
      case 'comment': {
        const target = this.#random.pick([`TABLE ${table}`, `COLUMN ${table}.id`, `COLUMN ${table}.c1`])
        return this.#add(`comment ${number}`, `COMMENT ON ${target} IS 'c${number}'`)
      }
      case 'grant':
        return this.#add(`grant ${number}`, `GRANT SELECT, UPDATE (c1) ON ${table} TO PUBLIC`)
      case 'function':
        return this.#random.chance(0.5)
          ? this.#add(
              `app.f${number}`,
              `CREATE FUNCTION app.f${number}() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(c1) FROM ${table} WHERE c1 > ${number} $$`,
            )
          : this.#add(
              `app.f${number}`,
              `CREATE FUNCTION app.f${number}() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT ${number} $$`,
            )
      case 'trigger': {
        this.#add(
          `app.g${number}`,
          `CREATE FUNCTION app.g${number}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c1 := ${number}; RETURN NEW; END $$`,
        )
        return this.#add(
          `trigger ${number}`,
          `CREATE TRIGGER g${number} BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION app.g${number}()`,
        )
      }
      case 'policy':
        return this.#add(
          `policy ${number}`,
          `CREATE POLICY p${number} ON ${table} USING (EXISTS (SELECT FROM ${other} o WHERE o.id = c1))`,
        )
      case 'constraint':
        return this.#add(
          `constraint ${number}`,
          `ALTER TABLE ${table} ADD CONSTRAINT k${number} CHECK (c1 <> ${number})`,
        )
      case 'foreign':
        return this.#add(
          `foreign ${number}`,
          `ALTER TABLE ${table} ADD CONSTRAINT k${number} FOREIGN KEY (c1) REFERENCES ${other} (id)`,
        )
      case 'copy':
        return this.#add(`app.l${number}`, `CREATE TABLE app.l${number} (LIKE ${table} INCLUDING DEFAULTS, extra text)`)
      case 'child':
        return this.#add(`app.h${number}`, `CREATE TABLE app.h${number} (own text) INHERITS (${table})`)
      case 'rls':
        return this.#add(`rls ${number}`, `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`)
      case 'default':
        return routine
          ? this.#add(
              `default ${number}`,
              `ALTER TABLE ${table} ADD COLUMN d${number} bigint DEFAULT ${routine.name}()`,
            )
          : this.#addOf('function')
      default:
        return ''
    }
  }

  #remove(): string {
    const statement = this.#named(/^(?!app$|app\.t)|^app\.t\d{2,}$/)
    if (!statement) return ''
    this.#statements.splice(this.#statements.indexOf(statement), 1)
    return `remove ${statement.sql}`
  }

  #move(): string {
    const statement = this.#named(/./)
    if (!statement) return ''
    this.#statements.splice(this.#statements.indexOf(statement), 1)
    this.#statements.splice(this.#random.below(this.#statements.length), 0, statement)
    return `move ${statement.sql}`
  }
}
