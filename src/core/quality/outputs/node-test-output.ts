// What node's own test runner prints for people: the failing tests stand at its end, each with its place.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, messageOfLines, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const PLACE = /^test at (.+):(\d+):\d+$/
const NAME = /^✖ (.*?)(?: \(\d[\d.]*m?s\))?$/
const ERROR_LINE = /^(?:Uncaught )?(?:\w*(?:Error|Exception)\b[^:]{0,60}: .+)$/
const SOURCE_LINE = /^(?:file:\/\/)?(\/[^:]+):(\d+)$/
const STACK = /^at /
const FAR = 80

export function nodeTestFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  const findings: Finding[] = []
  for (const [head = '', ...rest] of blocksOf(lines, (line) => PLACE.test(line))) {
    const [, file, line] = PLACE.exec(head) ?? []
    const name = NAME.exec(rest[0] ?? '')?.[1]
    if (name === undefined) continue
    const end = rest.findIndex(
      (one, index) => index > 0 && (STACK.test(one.trim()) || (one !== '' && !/^\s/.test(one))),
    )
    const message = messageOfLines(rest.slice(1, end === -1 ? undefined : end))
    const place = placeOf(file, line)
    // A file that could not be loaded is reported as a test of its name; the reason was printed before.
    findings.push(message === "'test failed'" ? loading(lines, name, place.file) : errorAt(place, name, message))
  }
  return findings
}

/** How many tests it says it ran; null where it says nothing of it. */
export function nodeTestCount(raw: RawOutput): number | null {
  const counts = linesOf(raw).flatMap((line) => /^(?:ℹ|#) tests (\d+)$/.exec(line)?.[1] ?? [])
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + Number(count), 0)
}

function loading(lines: readonly string[], name: string, file: string | null): Finding {
  const at = lines.findIndex((line) => NAME.exec(line)?.[1] === name)
  return reasonBefore(lines, at, {
    file: file ?? name,
    line: null,
    rule: name,
    message: 'It ended with an error.',
    severity: 'error',
  })
}

/** The error that was printed last before line `at`, with the place that Node shows above it. */
export function reasonBefore(lines: readonly string[], at: number, otherwise: Finding): Finding {
  for (let index = at - 1; index >= Math.max(0, at - FAR); index -= 1) {
    const line = lines[index] ?? ''
    if (/^[✔✖▶]/.test(line)) break
    if (!ERROR_LINE.test(line)) continue
    const shown = lines.slice(Math.max(0, index - 6), index).flatMap((one) => {
      const [, file, number] = SOURCE_LINE.exec(one) ?? []
      return file === undefined ? [] : [placeOf(file, number)]
    })
    return { ...otherwise, ...shown.at(-1), message: line.trim() }
  }
  return otherwise
}
