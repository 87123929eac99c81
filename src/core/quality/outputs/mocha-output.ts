// What mocha prints for people: a numbered list of failures below `N failing`.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, messageOfLines, placeInStack } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const FAILING = /^ {2}\d+ failing$/
const NUMBER = /^ {2}\d+\) (.+)$/

export function mochaFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  const at = lines.findLastIndex((line) => FAILING.test(line))
  if (at === -1) return []
  return blocksOf(lines.slice(at + 1), (line) => NUMBER.test(line)).flatMap((block) => {
    // The suites and the test stand on lines of their own, deeper and deeper; the last one ends with a colon.
    const end = block.findIndex((line) => line.trimEnd().endsWith(':'))
    if (end === -1 || end > 20) return []
    const names = block.slice(0, end + 1).map((line) => (NUMBER.exec(line)?.[1] ?? line).trim())
    const rest = block.slice(end + 1)
    const stop = rest.findIndex((line) => /^\s+(?:at |[+-] expected)/.test(line))
    const message = messageOfLines(stop === -1 ? rest.slice(0, 6) : rest.slice(0, stop))
    return [errorAt(placeInStack(rest), names.join(' ').replace(/:$/, ''), message)]
  })
}
