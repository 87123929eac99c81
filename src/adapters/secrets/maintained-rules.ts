// Secretlint's rules, loaded when something is scanned for the first time.
import type { SecretLintCoreConfigRule, SecretLintCoreResult } from '@secretlint/types'
import type { SecretFinding } from '../../core/vocabulary/secret.ts'
import { isExample } from './own-rules.ts'

type Message = SecretLintCoreResult['messages'][number]
type Rules = (text: string, path: string) => Promise<readonly SecretFinding[]>

// It lets a text switch the others off by what it says.
const OBEYS_THE_TEXT = '@secretlint/secretlint-rule-filter-comments'
/** Names that rules look at. No other is told: a rule might read the file of that name on this machine. */
const TOLD_NAMES: readonly string[] = ['.npmrc', 'package.json', 'package-lock.json']
/** How far behind the place that a rule points to the secret itself may begin. */
const NEAR = 400

export async function loadMaintainedRules(): Promise<Rules> {
  const [{ lintSource }, { rules }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  const used: readonly SecretLintCoreConfigRule[] = rules
    .filter((rule) => rule.meta.id !== OBEYS_THE_TEXT)
    .map((rule) => ({ id: rule.meta.id, rule }))
  const options = { config: { rules: [...used] }, noPhysicFilePath: true, maskSecrets: false }
  return async (text, path) => {
    const filePath = TOLD_NAMES.find((name) => path === name || path.endsWith(`/${name}`)) ?? 'text'
    const result = await lintSource({ source: { content: text, filePath, contentType: 'text' }, options })
    return result.messages.flatMap((message) => messageToFinding(text, message) ?? [])
  }
}

/** What a rule points to may begin before its secret, and be as long as the secret alone: the secret is looked for by its words. */
function messageToFinding(text: string, message: Message): SecretFinding | null {
  const [from, to] = message.range
  const told = Object.values(message.data ?? {}).filter((value) => typeof value === 'string')
  const spans = told.flatMap((value) => {
    const start = value.length < 8 ? -1 : text.indexOf(value, from)
    return start === -1 || start - from > NEAR ? [] : [{ start, end: start + value.length }]
  })
  const span = spans.toSorted((a, b) => b.end - b.start - (a.end - a.start))[0] ?? { start: from, end: to }
  const found = text.slice(span.start, span.end)
  if (isExample(passwordOf(found) ?? found)) return null
  return { rule: message.messageId, ...span }
}

/** Of an address with somebody's name and password in it. */
function passwordOf(address: string): string | null {
  return /^[a-z+.:-]{1,30}\/\/[^:/\s]{0,200}:([^@/\s]{1,300})@/i.exec(address)?.[1] ?? null
}
