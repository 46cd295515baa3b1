/**
 * Takes the password out of every connection string in a text, whoever wrote it there: messages of servers and drivers
 * quote what they were given.
 */
export function redactPasswords(text: string): string {
  return text
    .replaceAll(/(\b[a-z][\w+.-]*:\/\/[^\s:/@]*):[^\s/]*@/gi, '$1:***@')
    .replaceAll(/([?&\s]password=)[^\s&'"]+/gi, '$1***')
}
