const irregular: Readonly<Record<string, string>> = {
  people: 'person',
  men: 'man',
  women: 'woman',
  children: 'child',
  mice: 'mouse',
  geese: 'goose',
  feet: 'foot',
  teeth: 'tooth',
  indices: 'index',
  matrices: 'matrix',
  vertices: 'vertex',
  criteria: 'criterion',
  phenomena: 'phenomenon',
  movies: 'movie',
  cookies: 'cookie',
  zombies: 'zombie',
  ties: 'tie',
  pies: 'pie',
  lies: 'lie',
  caches: 'cache',
  headaches: 'headache',
  shoes: 'shoe',
  aliases: 'alias',
  statuses: 'status',
  viruses: 'virus',
  buses: 'bus',
  bonuses: 'bonus',
  campuses: 'campus',
  lenses: 'lens',
  quizzes: 'quiz',
  analyses: 'analysis',
  bases: 'base',
  databases: 'database',
  crises: 'crisis',
  theses: 'thesis',
  axes: 'axis',
}

const unchanged = new Set(
  'news series species equipment information money data metadata media settings sms gps dns status bus virus lens canvas alias address access process business progress bonus campus analysis basis crisis axis corpus focus plus apparatus census consensus nexus radius chaos always previous kubernetes aws sales goods'.split(
    ' ',
  ),
)

/** The singular of the last word of an English plural, the rest kept: `user_addresses` → `user_address`. Unknown words stay. */
export function singular(name: string): string {
  const match = /^(.*?)(\p{L}+)([^\p{L}]*)$/u.exec(name)
  if (!match) return name
  const [, before = '', plural = '', after = ''] = match
  // In camelCase the last word begins at its capital.
  const start = /^(.*\p{Ll})(\p{Lu}\p{Ll}*)$/u.exec(plural)
  const [head, word] = start ? [start[1] ?? '', start[2] ?? ''] : ['', plural]
  return before + head + singularWord(word) + after
}

function singularWord(word: string): string {
  const lower = word.toLowerCase()
  if (unchanged.has(lower)) return word
  const special = irregular[lower]
  if (special !== undefined) return word.charAt(0) + special.slice(1)
  if (/[^aeiou]ies$/i.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|sh|ch|x|zz)es$/i.test(word)) return word.slice(0, -2)
  if (/(?:lves|rves|eaves|oaves)$/i.test(word) && !/(?:curves|nerves|reserves|valves|serves|leaves)$/i.test(word))
    return `${word.slice(0, -3)}f`
  if (/leaves$/i.test(word)) return `${word.slice(0, -3)}f`
  if (/(?:tomato|potato|hero|echo|veto)es$/i.test(word)) return word.slice(0, -2)
  if (/(?:ss|us|is)$/i.test(word) || !/s$/i.test(word) || word.length < 3) return word
  return word.slice(0, -1)
}
