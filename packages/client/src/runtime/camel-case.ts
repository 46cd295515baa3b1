/** `created_at` → `createdAt`, as generated types with `columnNames: 'camelCase'` have it. */
export function camelCaseKey(name: string): string {
  return name
    .replaceAll(/[^\p{L}\p{N}]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? '')
    .replace(/^\p{Lu}/u, (first) => first.toLowerCase())
}

/** A row as a driver gives it, with the property names of the generated types. */
export function camelCaseKeys<T>(row: Readonly<Record<string, unknown>>): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camelCaseKey(name), value])) as T
}
