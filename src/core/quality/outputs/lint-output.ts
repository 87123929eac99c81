// What linters of JavaScript print for people: eslint below a line with the path, oxlint and biome with the place beside.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const ESLINT_PATH = /^(\/?[^\s/][^\s]*\.\w+)$/
const ESLINT_LINE = /^ {2,}(\d+):\d+ {2,}(error|warning) {2,}(.+)$/
const ESLINT_RULE = / {2,}(@?[\w/-]+)$/

export function eslintFindings(raw: RawOutput): readonly Finding[] {
  return blocksOf(linesOf(raw), (line) => ESLINT_PATH.test(line)).flatMap(([file = '', ...rest]) =>
    rest.flatMap((text) => {
      const [all, line, severity, said = ''] = ESLINT_LINE.exec(text) ?? []
      if (all === undefined) return []
      const rule = ESLINT_RULE.exec(said)?.[1] ?? null
      const message = said.replace(ESLINT_RULE, '').trim()
      return [
        { ...placeOf(file, line), rule, message, severity: severity === 'warning' ? 'warning' : 'error' } as const,
      ]
    }),
  )
}

const OXLINT_HEAD = /^ {2}([x×!⚠]) (?:([\w@/-]+\([\w/-]+\)): )?(.+)$/
const BOXED_PLACE = /^\s*(?:,-|╭─)\[(.+?):(\d+):\d+\]/

export function oxlintFindings(raw: RawOutput): readonly Finding[] {
  return blocksOf(linesOf(raw), (line) => OXLINT_HEAD.test(line)).flatMap(([head = '', ...rest]) => {
    const [, mark, rule = null, message = ''] = OXLINT_HEAD.exec(head) ?? []
    const [, file, line] = BOXED_PLACE.exec(rest.slice(0, 8).find((one) => BOXED_PLACE.test(one)) ?? '') ?? []
    if (file === undefined) return []
    return [
      { ...placeOf(file, line), rule, message, severity: mark === 'x' || mark === '×' ? 'error' : 'warning' } as const,
    ]
  })
}

const BIOME_HEAD =
  /^(\S+?)(?::(\d+):\d+)? ((?:lint|assist|suppressions|syntax|format|organizeImports|parse)(?:\/[\w/]+)?)\b.*━/
const BIOME_SAID = /^\s*([×✖!⚠i]) (.+)$/

export function biomeFindings(raw: RawOutput): readonly Finding[] {
  return blocksOf(linesOf(raw), (line) => BIOME_HEAD.test(line)).flatMap(([head = '', ...rest]) => {
    const [, file, line, rule = null] = BIOME_HEAD.exec(head) ?? []
    const [, mark, message] = BIOME_SAID.exec(rest.slice(0, 4).find((one) => BIOME_SAID.test(one)) ?? '') ?? []
    if (file === undefined || message === undefined) return []
    const finding = errorAt(placeOf(file, line), rule, message)
    return [mark === '×' || mark === '✖' ? finding : { ...finding, severity: 'warning' as const }]
  })
}
