// What the platform's own small checks print: a path, a colon, and what is wrong with the file.
import type { Finding } from '../../vocabulary/check.ts'
import { errorAt, linesOf, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const LISTED = /^([^\s:][^:]*): (.+)$/
const NODE_PLACE = /^(?:file:\/\/)?(\/[^:]+|[^\s:]+\.[cm]?js):(\d+)$/
const SYNTAX = /^(SyntaxError: .+)$/

/** `page.html: other.html leads nowhere`. */
export function listedFindings(raw: RawOutput, rule: string): readonly Finding[] {
  return linesOf({ ...raw, stderr: '' }).flatMap((text) => {
    const [all, file, message = ''] = LISTED.exec(text) ?? []
    if (all === undefined) return []
    const line = /\(?(?:<unknown>|[^\s()]+), line (\d+)\)?$/.exec(message)?.[1]
    return [errorAt(placeOf(file, line), rule, message)]
  })
}

/** What `node --check` says of each file that is no JavaScript. */
export function nodeSyntaxFindings(raw: RawOutput): readonly Finding[] {
  let place = placeOf(undefined, undefined)
  return linesOf(raw).flatMap((text) => {
    const [all, file, line] = NODE_PLACE.exec(text) ?? []
    if (all !== undefined) place = placeOf(file, line)
    const message = SYNTAX.exec(text)?.[1]
    return message === undefined ? [] : [errorAt(place, 'syntax', message)]
  })
}
