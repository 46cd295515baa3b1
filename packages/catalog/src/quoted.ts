const dollarQuoteRE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const withinNameRE = /[\w$\u0080-\uffff]/

/** Behind the string, quoted name or function body that begins at a position of printed SQL; the position itself where none does. */
export function endOfQuoted(text: string, start: number): number {
  const quote = text[start]
  if (quote === "'" || quote === '"') {
    // A doubled quote closes and opens again, which comes to the same.
    const end = text.indexOf(quote, start + 1)
    return end < 0 ? text.length : end + 1
  }
  if (quote !== '$' || withinNameRE.test(text[start - 1] ?? '')) return start
  dollarQuoteRE.lastIndex = start
  const tag = dollarQuoteRE.exec(text)?.[0]
  if (tag === undefined) return start
  const end = text.indexOf(tag, start + tag.length)
  return end < 0 ? text.length : end + tag.length
}
