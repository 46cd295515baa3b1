/** Words of a Postgres name: split at everything that is no letter or digit, and where lower case turns into upper case. */
function words(name: string): string[] {
  return name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

const upperFirst = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
const lowerFirst = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1)

// A digit cannot begin an identifier, and a name of emoji only has no letter at all.
function startable(name: string, fallback: string): string {
  if (name === '') return fallback
  return /^\p{ID_Start}/u.test(name) ? name : `_${name}`
}

/** `user_roles` → `UserRoles`. Always an identifier; `Unnamed` when nothing of the name can stand in one. */
export function pascalCase(name: string): string {
  return startable(
    words(name)
      .map((word) => upperFirst(word === word.toUpperCase() ? word.toLowerCase() : word))
      .join(''),
    'Unnamed',
  )
}

/** `created_at` → `createdAt`. Always an identifier. */
export function camelCase(name: string): string {
  return startable(lowerFirst(pascalCase(name).replace(/^_/, '')), 'unnamed')
}

const identifierRE = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** A property name as it is written in an object type: quoted only where it must be. */
export function propertyKey(name: string): string {
  return identifierRE.test(name) && name !== '__proto__' ? name : stringLiteral(name)
}

/** A string literal of TypeScript, in single quotes as our formatter writes them. */
export function stringLiteral(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  // JSON leaves these two as they are; inside a script they used to end the line.
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** Words that cannot name an export of a module. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    'abstract any as async await boolean break case catch class const constructor continue debugger declare default delete do else enum ' +
    'export extends false finally for from function get if implements import in instanceof interface is let module namespace never new null ' +
    'number object of package private protected public require return set static string super switch symbol this throw true try type typeof ' +
    'undefined unique unknown var void while with yield eval arguments'
  ).split(' '),
)

/** The subset of `reservedWords` that a module cannot export as a function's name. */
export const reservedExports: ReadonlySet<string> = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for function if ' +
    'implements import in instanceof interface let new null package private protected public return static super switch this throw true try ' +
    'typeof var void while with yield eval arguments'
  ).split(' '),
)

/** Gives each name out once. `claim` returns the first free candidate, or the last one with a number. */
export class NameScope {
  readonly #taken: Set<string>

  constructor(reserved: Iterable<string> = []) {
    this.#taken = new Set(reserved)
  }

  /** @param expand all names that a candidate takes, such as `User`, `NewUser`, `UserPatch`; they are taken together. */
  claim(candidates: readonly string[], expand: (name: string) => readonly string[] = (name) => [name]): string {
    const isFree = (name: string): boolean => expand(name).every((each) => !this.#taken.has(each))
    const last = candidates.at(-1) ?? 'Unnamed'
    let name = candidates.find(isFree)
    for (let number = 2; name === undefined; number++) if (isFree(`${last}${number}`)) name = `${last}${number}`
    for (const each of expand(name)) this.#taken.add(each)
    return name
  }
}
