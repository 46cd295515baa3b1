// `.` of Go's regular expressions excludes LF only; JavaScript's would exclude CR too and wrongly ignore a CRLF file.
const directiveRE = /^([ -~]*)atlas:(\w+)(?: +([^\n]+))*/

/** An `atlas:` directive at the very start of `text`: Atlas's own rule, greedy prefix included. */
export function parseDirective(text: string): { prefix: string; name: string; argument: string } | undefined {
  const match = directiveRE.exec(text)
  return match ? { prefix: match[1] ?? '', name: match[2] ?? '', argument: match[3] ?? '' } : undefined
}

/** Whether the first line takes the file's content out of atlas.sum. */
export function isIgnored(head: string): boolean {
  const directive = parseDirective(head)
  return directive?.name === 'sum' && directive.argument === 'ignore'
}
