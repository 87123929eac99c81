// Checkers that print one line for each problem, with the place in front: tsc, mypy, pyright, ruff, and many others.
import type { Finding } from '../../vocabulary/check.ts'
import { errorAt, linesOf, NOWHERE, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const TSC = /^(.+?)\((\d+),\d+\): (error|warning) (TS\d+): (.*)$/
const TSC_PRETTY = /^(\S.*?):(\d+):\d+ - (error|warning) (TS\d+): (.*)$/
const TSC_ALONE = /^(error|warning) (TS\d+): (.*)$/

export function tscFindings(raw: RawOutput): readonly Finding[] {
  return linesOf(raw).flatMap((text) => {
    const [all, file, line, severity, rule = null, message = ''] = TSC.exec(text) ?? TSC_PRETTY.exec(text) ?? []
    if (all !== undefined) return [graded(errorAt(placeOf(file, line), rule, message), severity)]
    const [alone, how, code = null, said = ''] = TSC_ALONE.exec(text) ?? []
    return alone === undefined ? [] : [graded(errorAt(NOWHERE, code, said), how)]
  })
}

const MYPY = /^([^\s:][^:]*):(\d+)(?::\d+)?(?::\d+:\d+)?: (error|warning|note): (.*?)(?: {2}\[([\w-]+)\])?$/

export function mypyFindings(raw: RawOutput): readonly Finding[] {
  return linesOf(raw).flatMap((text) => {
    const [all, file, line, severity, message = '', rule = null] = MYPY.exec(text) ?? []
    // Notes explain the error before them.
    return all === undefined || severity === 'note'
      ? []
      : [graded(errorAt(placeOf(file, line), rule, message), severity)]
  })
}

const PYRIGHT = /^\s+(\S.*?):(\d+):\d+ - (error|warning|information): (.*?)$/
const PYRIGHT_RULE = / \((report\w+)\)$/

export function pyrightFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  return lines.flatMap((text, index) => {
    const [all, file, line, severity, message = ''] = PYRIGHT.exec(text) ?? []
    if (all === undefined) return []
    // The rule stands at the end of the explanation, which may take more lines, each deeper than the first.
    const next = lines.slice(index + 1, index + 6)
    const end = next.findIndex((one) => PYRIGHT.test(one) || !/^\s{4}/.test(one))
    const whole = [message, ...next.slice(0, end === -1 ? undefined : end).map((one) => one.trim())].join(' ')
    const rule = PYRIGHT_RULE.exec(whole)?.[1] ?? null
    return [graded(errorAt(placeOf(file, line), rule, whole.replace(PYRIGHT_RULE, '')), severity)]
  })
}

const RUFF = /^([^\s:][^:]*):(\d+):\d+: (?:([A-Z]{1,6}\d{1,5})(?: \[\*\])?|(?:invalid-syntax|SyntaxError):?) ?(.*)$/
const RUFF_HEAD = /^(?:([A-Z]{1,6}\d{1,5})(?: \[\*\])? (.+)|(?:invalid-syntax|SyntaxError): (.+))$/
const RUFF_ARROW = /^\s*--> ([^\s:]+):(\d+):\d+/

export function ruffFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  return lines.flatMap((text, index) => {
    const [all, file, line, code = 'syntax', message = ''] = RUFF.exec(text) ?? []
    if (all !== undefined) return [errorAt(placeOf(file, line), code, message)]
    const [head, rule = 'syntax', said, broken] = RUFF_HEAD.exec(text) ?? []
    const [arrow, path, at] = RUFF_ARROW.exec(lines[index + 1] ?? '') ?? []
    return head === undefined || arrow === undefined ? [] : [errorAt(placeOf(path, at), rule, said ?? broken ?? '')]
  })
}

function graded(finding: Finding, word: string | undefined): Finding {
  if (word === 'warning') return { ...finding, severity: 'warning' }
  return word === 'information' ? { ...finding, severity: 'note' } : finding
}
