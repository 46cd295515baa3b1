import { definePlugin, definePluginCommand, type Plugin } from '@savepoint/core/plugin'

/**
 * Keeps a history of every table that has `-- @audit` in the comment before it: one table for all of them, and a
 * trigger on each. Written from the published types alone.
 */
export function audit(options: { schema?: string } = {}): Plugin {
  const { schema = 'audit' } = options
  return definePlugin({
    name: 'playground:audit',
    cacheKey: JSON.stringify(options),
    post(catalog, context) {
      const marked = [...catalog.objects.values()].filter(
        (object) => object.kind === 'table' && /@audit\b/.test(context.annotations(object.id)),
      )
      if (marked.length === 0) return []
      return [
        `CREATE SCHEMA ${schema}`,
        `CREATE TABLE ${schema}.change (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          relation regclass NOT NULL,
          action text NOT NULL,
          old_row jsonb,
          new_row jsonb,
          at timestamptz NOT NULL DEFAULT now()
        )`,
        `CREATE FUNCTION ${schema}.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          INSERT INTO ${schema}.change (relation, action, old_row, new_row)
          VALUES (TG_RELID, TG_OP,
            CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
            CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
          RETURN NULL;
        END;
        $$`,
        ...marked.map(
          ({ id }) =>
            `CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ${id.slice('table '.length)} FOR EACH ROW EXECUTE FUNCTION ${schema}.record()`,
        ),
      ]
    },
    commands: [
      definePluginCommand({
        name: 'audit list',
        description: 'Print the last changes of audited tables',
        options: { limit: { kind: 'text', placeholder: 'number', description: 'How many (default: 10)' } },
        async run({ options, connect, print }) {
          const connection = await connect()
          const { rows } = await connection.query<{ line: string }>(
            `SELECT at::text || ' ' || action || ' ' || relation::text AS line FROM ${schema}.change ORDER BY id DESC LIMIT $1`,
            [Number(options.limit ?? 10)],
          )
          for (const { line } of rows) print(line)
        },
      }),
    ],
    panels: [
      {
        title: 'Audited tables',
        render: ({ catalog, annotations }) => ({
          table: {
            columns: ['table'],
            rows: [...(catalog?.objects.values() ?? [])]
              .filter(({ kind, id }) => kind === 'table' && /@audit\b/.test(annotations(id)))
              .map(({ id }) => [id.slice('table '.length)]),
          },
        }),
      },
    ],
    lint: [
      {
        codes: [{ code: 'AUDIT101', title: 'the history of changes is dropped' }],
        check: ({ changes }) =>
          changes.some((change) => change.kind === 'drop' && change.names.some((name) => name.schema === schema))
            ? [{ code: 'AUDIT101', message: 'The history of audited tables goes with this.' }]
            : [],
      },
    ],
  })
}
