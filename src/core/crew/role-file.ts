// Reads one file of a role: lines of `key: value` between two lines of `---`, then the instructions. Pure, and strict: a mistake in a file
// of the operator is told in one sentence that names the file, and never half understood.
import { MODEL_TIERS } from '../vocabulary/usage.ts'
import type { ModelTier } from '../vocabulary/usage.ts'
import type { RoleFile } from './prompts.ts'

/** What a file says of its role. What it leaves out is as in the file beneath it, or as in the role that it is like. */
export type RoleFields = {
  readonly says?: string
  readonly tier?: ModelTier
  readonly tools?: readonly string[]
  readonly like?: string
  /** Its instructions stand alone, not behind those of the role that it is like. */
  readonly alone?: boolean
}

/** A mistake in the files of the crew: one sentence that says which file, what is wrong and what would be right. */
export class CrewMistake extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.name = 'CrewMistake'
  }
}

const KEYS = ['says', 'tier', 'tools', 'like', 'alone'] as const
const SAYS_CHARACTERS = 100
const TEXT_CHARACTERS = 16_000
const FENCE = '---'

/** Throws CrewMistake. */
export function readRoleFile({ path, text }: RoleFile): { readonly fields: RoleFields; readonly text: string } {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  if (lines[0]?.trim() !== FENCE) return { fields: {}, text: instructionsOf(path, text) }
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === FENCE)
  if (end === -1) throw new CrewMistake(path, `its head begins with "${FENCE}" and no second "${FENCE}" ends it.`)
  const said = new Map<string, string>()
  for (const line of lines.slice(1, end)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const [, key, value] = /^\s*([a-z]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    if (key === undefined || value === undefined)
      throw new CrewMistake(path, `"${line.trim()}" is no line of the form "key: value".`)
    if (!KEYS.some((known) => known === key))
      throw new CrewMistake(path, `there is no key "${key}"; there are ${KEYS.join(', ')}.`)
    if (said.has(key)) throw new CrewMistake(path, `"${key}" is said twice.`)
    said.set(key, value)
  }
  return { fields: fieldsOf(path, said), text: instructionsOf(path, lines.slice(end + 1).join('\n')) }
}

/** Without what is around them. Throws CrewMistake where they are too long. */
export function instructionsOf(path: string, text: string): string {
  const trimmed = text.trim()
  if (trimmed.length <= TEXT_CHARACTERS) return trimmed
  throw new CrewMistake(path, `it is ${trimmed.length} characters long; ${TEXT_CHARACTERS} are the most.`)
}

function fieldsOf(path: string, said: ReadonlyMap<string, string>): RoleFields {
  const [says, tier, tools, like, alone] = KEYS.map((key) => said.get(key))
  const knownTier = MODEL_TIERS.find((one) => one === tier)
  if (tier !== undefined && knownTier === undefined)
    throw new CrewMistake(path, `there is no tier "${tier}"; there are ${MODEL_TIERS.join(', ')}.`)
  if (says !== undefined && (says === '' || says.length > SAYS_CHARACTERS))
    throw new CrewMistake(path, `"says" tells in 1 to ${SAYS_CHARACTERS} characters what the role does.`)
  if (like === '') throw new CrewMistake(path, '"like" names the role that it is a kind of.')
  if (alone !== undefined && alone !== 'true' && alone !== 'false')
    throw new CrewMistake(path, '"alone" is true or false.')
  return {
    ...(says === undefined ? {} : { says }),
    ...(knownTier === undefined ? {} : { tier: knownTier }),
    ...(tools === undefined ? {} : { tools: listOf(tools) }),
    ...(like === undefined ? {} : { like }),
    ...(alone === undefined ? {} : { alone: alone === 'true' }),
  }
}

/** `read, write` or `[read, write]`; nothing for no tools at all. */
function listOf(value: string): readonly string[] {
  const names = value
    .replace(/^\[(.*)\]$/, '$1')
    .split(',')
    .map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}
