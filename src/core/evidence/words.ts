// The words and figures of a report, the same in every form of it; and text of others made harmless to read.
import type { ApprovalKind } from '../vocabulary/approval.ts'
import { onOneLine, shorten } from '../vocabulary/short-text.ts'
import type { TaskStatus } from '../vocabulary/task.ts'
import type { FileAuthor, Report } from './report.ts'

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
/** Characters that reorder or hide text. */
const DISGUISE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu
const LONE_SURROGATE = /\p{Surrogate}/gu

/** Without what controls a terminal, reorders or hides text. Line feeds and tabs stay. */
export function readable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL, '').replace(DISGUISE, '').replace(LONE_SURROGATE, '\u{fffd}')
}

export function oneLine(text: string, limit = 200): string {
  return shorten(onOneLine(readable(text)), limit)
}

/** The last `limit` characters, from the beginning of a line on where there is one. */
export function endOf(text: string, limit: number): string {
  const all = readable(text).trim()
  if (all.length <= limit) return all
  const end = all.slice(-limit)
  const line = end.indexOf('\n')
  return `…${line === -1 || line > limit / 2 ? end : end.slice(line)}`
}

export function seconds(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  const minutes = Math.round(ms / 60_000)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function count(number: number): string {
  return number.toLocaleString('en-US')
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`
}

export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** To the second, in UTC: a report reads the same wherever it is read. */
export function when(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

export function statusWords(status: TaskStatus): string {
  return status.replaceAll('_', ' ')
}

const APPROVALS: Readonly<Record<ApprovalKind, string>> = {
  shell_command: 'Run this command',
  plan: 'Do this work',
  tool: 'Let the agents do this',
  egress: 'Reach this host',
  secret: 'Use this secret',
  tests: 'Let these tests go, or become milder',
  delivery: 'Send this',
}

export function approvalWords(kind: ApprovalKind): string {
  return APPROVALS[kind]
}

/** Who or what wrote a change, in a few words. */
export function authorWords({ type, role, step, model }: FileAuthor): string {
  switch (type) {
    case 'agent':
      return `${role ?? 'agent'}${model === null ? '' : ` (${model})`}, ${step}`
    case 'rule':
      return `a rule of the platform, ${step}`
    case 'template':
      return 'the template'
    case 'source':
      return 'the source'
    case 'attachment':
      return 'a file that was sent along'
    case 'checks':
      return `left by the checks, ${step}`
    case 'platform':
      return `the platform, ${step}`
  }
}

/** In one sentence, what the checks say. */
export function verdict({ checks, status }: Pick<Report, 'checks' | 'status'>): string {
  const failed = checks.filter((check) => check.status === 'failed' && check.failed_before !== true).length
  const before = checks.filter((check) => check.failed_before === true).length
  const passed = checks.filter((check) => check.status === 'passed').length
  if (checks.length === 0) return status === 'completed' ? 'Nothing was checked.' : 'It did not come to the checks.'
  const old = before === 0 ? '' : `, ${before} failed before already`
  if (failed > 0) return `${plural(failed, 'check')} failed, ${passed} passed${old}.`
  return passed === 0 ? `No check applied to these files${old}.` : `${plural(passed, 'check')} passed${old}.`
}

/** How somebody else proves the same again, one command or sentence each. */
export function howToVerify(report: Report): readonly string[] {
  const commands = report.checks.flatMap(({ command, status }) =>
    command === null || status === 'skipped' ? [] : [command],
  )
  return [...new Set(commands)]
}

/** One sentence on the tests as they are now, compared with how they were. */
export function milderWords({ left, more, putBack, accepted }: NonNullable<Report['milderTests']>): string {
  const places = plural(left.length + more, 'place')
  if (left.length > 0)
    return accepted === null
      ? `In ${places} the tests are milder than they were, and nobody accepted that.`
      : `In ${places} the tests are milder than they were. ${accepted.by === null ? 'A person' : oneLine(accepted.by, 80)} accepted that.`
  return putBack.length === 0
    ? 'No test, and nothing that steers the tests, became milder.'
    : 'The tests are as strict as they were: what had become milder was put back.'
}
