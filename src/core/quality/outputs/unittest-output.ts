// What Python's unittest prints: a traceback for each failure, below a line of `=`.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, messageOfLines, NOWHERE, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const HEAD = /^(?:FAIL|ERROR): (.+)$/
const FRAME = /^ {2}File "([^"]+)", line (\d+)/
const ELSEWHERE = /^(?:\/usr\/|<)|\/site-packages\/|\/lib\/python\d/

export function unittestFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  const isHead = (line: string) => HEAD.test(line) || /^={70}$/.test(line) || /^Ran \d+ tests?\b/.test(line)
  return blocksOf(lines, isHead).flatMap(([head = '', ...rest]) => {
    const name = HEAD.exec(head)?.[1]
    // With -v the same words stand at the end of a test's line; a failure has a ruler below it.
    if (name === undefined || !/^-{70}$/.test(rest.find((line) => /^-{70}$/.test(line)) ?? '')) return []
    const body = rest.slice(rest.findIndex((line) => /^-{70}$/.test(line)) + 1)
    const frames = body.flatMap((line, index) => {
      const [, file = '', number] = FRAME.exec(line) ?? []
      return number === undefined ? [] : [{ place: placeOf(file, number), index, own: !ELSEWHERE.test(file) }]
    })
    const last = frames.at(-1)?.index ?? -1
    const said = body.findIndex((line, index) => index > last && /^\S/.test(line))
    const message = messageOfLines(said === -1 ? body : body.slice(said).filter((line) => !/^-{70}$/.test(line)))
    return [errorAt(frames.findLast(({ own }) => own)?.place ?? NOWHERE, name, message)]
  })
}

/** How many tests it says it ran; null where it says nothing of it. */
export function unittestCount(raw: RawOutput): number | null {
  const found = linesOf(raw).findLast((line) => /^Ran \d+ tests? in /.test(line))
  return found === undefined ? null : Number(/\d+/.exec(found)?.[0])
}
