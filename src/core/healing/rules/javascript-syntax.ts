// A call in JavaScript whose bracket is not closed on the line that the message shows.
import type { Rule } from '../rule.ts'
import { lineFix, saidBy } from '../rule.ts'

const PLACE =
  /(?:^|\s|\()(?:\.\/)?([\w@.+/-]+\.[cm]?[jt]sx?):(\d+)\n([^\n]*)\n[^\n]*\^[^\n]*\n(?:\s*\n)?[^\n]*SyntaxError: missing \) after argument list/g

export const javascriptSyntax: Rule = {
  name: 'JavaScript syntax',
  diagnose: async ({ failed, paths, read }) => {
    for (const [, file = '', number = '', shown = ''] of saidBy(failed).matchAll(PLACE)) {
      const text = paths.includes(file) ? await read(file) : null
      const line = text?.split(/\r?\n/)[Number(number) - 1]
      if (line === undefined || line.trim() !== shown.trim() || !isOneShort(line)) continue
      const [, code = '', end = ''] = /^(.*?)(;?\s*)$/.exec(line) ?? []
      if (code === '' || /[,([{+\-*/=&|.>]$/.test(code)) continue
      return {
        cause: `A bracket is not closed in ${file}.`,
        fixes: [lineFix(file, Number(number), line, `${code})${end.trimEnd()}`, 'the bracket was not closed')],
        commands: [],
      }
    }
    return null
  },
}

/** One `(` more than `)`, and nothing else open; only where strings and comments do not make that hard to tell. */
function isOneShort(line: string): boolean {
  if (/[`]|\/\/|\/\*|\/[^/\n]+\//.test(line)) return false
  const code = line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '')
  if (/['"]/.test(code)) return false
  const count = (char: string) => code.split(char).length - 1
  return count('(') === count(')') + 1 && count('[') === count(']') && count('{') === count('}')
}
