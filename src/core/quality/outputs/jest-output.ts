// What jest prints: `FAIL file`, then `● suite › test` with the error and the stack.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, messageOfLines, placeInStack, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const FILE = /^(?:FAIL|PASS) (?:\S+ )?(\S+\.\w+)(?: \(.*\))?$/
const TEST = /^ {2}● (.+)$/

export function jestFindings(raw: RawOutput): readonly Finding[] {
  const findings: Finding[] = []
  for (const [head = '', ...rest] of blocksOf(beforeSummary(linesOf(raw)), (line) => FILE.test(line))) {
    if (!head.startsWith('FAIL')) continue
    const file = FILE.exec(head)?.[1]
    for (const [title = '', ...body] of blocksOf(rest, (line) => TEST.test(line))) {
      const name = TEST.exec(title)?.[1]?.trim() ?? ''
      if (name === 'Console') continue
      const end = body.findIndex((line) => /^\s+(?:>? *\d+ \||at )/.test(line))
      const message = messageOfLines(end === -1 ? body.slice(0, 6) : body.slice(0, end))
      const isWhole = name === 'Test suite failed to run'
      findings.push(
        errorAt({ ...placeOf(file, undefined), line: lineIn(body, file) }, isWhole ? (file ?? name) : name, message),
      )
    }
  }
  return findings
}

/** Jest prints the same failures once more behind this heading. */
function beforeSummary(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => line.startsWith('Summary of all failing tests'))
  return at === -1 ? lines : lines.slice(0, at)
}

/** Stacks name files from jest's root folder, headings from where it was started: the line counts where the names agree. */
function lineIn(body: readonly string[], file: string | undefined): number | null {
  const place = placeInStack(body)
  return file !== undefined && place.file !== null && (place.file.endsWith(file) || file.endsWith(place.file))
    ? place.line
    : null
}
