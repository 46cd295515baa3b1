// Comments, strings and identifiers with their doubled quotes, words, white space, any other character.
const tokensRE = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][\w$]*|\s+|./gs

/** SQL as Better Auth writes it, cut into tokens; nothing is left out. */
export function readTokens(sql: string): string[] {
  return sql.match(tokensRE) ?? []
}

/** Neither white space nor a comment. */
export function isSignificant(token: string): boolean {
  return !/^(?:\s|--)/.test(token)
}

/** The statements of SQL as Better Auth writes it, without semicolons. */
export function splitStatements(sql: string): string[] {
  const statements: string[][] = [[]]
  for (const token of readTokens(sql)) {
    if (token === ';') statements.push([])
    else statements.at(-1)?.push(token)
  }
  return statements.filter((tokens) => tokens.some(isSignificant)).map((tokens) => tokens.join('').trim())
}

/** Puts together what `splitStatements` gave, an empty line between each two. */
export function joinStatements(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};`).join('\n\n')
}
