// What vitest prints: `FAIL file > suite > test`, the error, and the place behind an arrow.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, messageOfLines, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const FAILED = /^ ?FAIL {1,2}(?:\|?[\w@/-]+\|? )?(\S+\.[\w]+)(?: > (.+)| \[ .+ \])?$/
const ARROW = /^ ❯ (?:.* )?((?:file:\/\/)?[^\s:]+):(\d+):\d+$/
const MARK = /^⎯{3}|^ ?Test Files |^ RUN /

export function vitestFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  if (!lines.some((line) => MARK.test(line))) return []
  return blocksOf(lines, (line) => FAILED.test(line) || MARK.test(line)).flatMap(([head = '', ...rest]) => {
    const [all, file = '', test] = FAILED.exec(head) ?? []
    if (all === undefined) return []
    const arrow = rest.find((line) => ARROW.test(line) && !line.includes('node_modules/'))
    const [, at, number] = ARROW.exec(arrow ?? '') ?? []
    const end = rest.findIndex((line) => /^(?:- Expected| ❯ |- |\+ )/.test(line))
    const message = messageOfLines(rest.slice(0, end === -1 ? 4 : end))
    return [errorAt(at === undefined ? placeOf(file, undefined) : placeOf(at, number), test ?? file, message)]
  })
}

/** Whether it says that it found nothing to run. */
export function foundNoTests(raw: RawOutput): boolean {
  return linesOf(raw).some((line) => /^No test (?:files )?found|^No tests found/.test(line.trim()))
}
