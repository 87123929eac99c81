// What cargo prints: the compiler's errors with an arrow to the place, and panics of tests.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, messageOfLines, NOWHERE, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const ERROR = /^error(?:\[(E\d{4})\])?: (.+)$/
const TEST = /^---- (.+?) stdout ----$/
const SUMMARY = /^error: (?:could not compile|aborting|test failed|\d+ target|doctest failed)/
const ARROW = /^\s*--> ([^:\s]+):(\d+)/
const PANIC = /panicked at ([^\s:]+):(\d+):\d+:?$/
/** Until Rust 1.72: what was said, of one line or many, comes before the place. */
const OLD_PANIC = /panicked at '(.*?)', ([^\s:]+):(\d+):\d+/

export function cargoFindings(raw: RawOutput): readonly Finding[] {
  // The compiler's blocks end with an empty line, those of tests do not.
  const lines = linesOf(raw)
  const compiler = blocksOf(lines, (line) => ERROR.test(line) || line === '').flatMap(([head = '', ...rest]) => {
    const [all, code, message = ''] = ERROR.exec(head) ?? []
    if (all === undefined || SUMMARY.test(head)) return []
    const [, file, line] = ARROW.exec(rest.find((one) => ARROW.test(one)) ?? '') ?? []
    return [errorAt(placeOf(file, line), code ?? 'compiler', message)]
  })
  const tests = blocksOf(lines, (line) => TEST.test(line) || line === 'failures:').flatMap(([head = '', ...rest]) => {
    const name = TEST.exec(head)?.[1]
    if (name === undefined) return []
    const [, told, oldFile, oldLine] = OLD_PANIC.exec(rest.slice(0, 12).join(' ')) ?? []
    if (told !== undefined) return [errorAt(placeOf(oldFile, oldLine), name, told)]
    const at = rest.findIndex((line) => PANIC.test(line))
    const [, file, line] = PANIC.exec(rest[at] ?? '') ?? []
    const said = rest.slice(at + 1)
    const end = said.findIndex((one) => /^(?:note: |stack backtrace:|\s*$)/.test(one))
    const message = messageOfLines(at === -1 ? rest.slice(0, 6) : said.slice(0, end === -1 ? 6 : end))
    return [errorAt(at === -1 ? NOWHERE : placeOf(file, line), name, message)]
  })
  return [...compiler, ...tests]
}

export function cargoRanNothing({ exitCode, ...raw }: RawOutput): boolean {
  const counts = linesOf(raw).flatMap((line) => /^running (\d+) tests?$/.exec(line)?.[1] ?? [])
  return exitCode === 0 && counts.length > 0 && counts.every((count) => count === '0')
}
