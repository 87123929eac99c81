// Tells the owners in time that a secret is getting old, and that one is too old.
import type { Telemetry } from '../ports/telemetry.ts'
import type { SecretPolicy } from '../vocabulary/policy.ts'
import type { SecretInfo } from '../vocabulary/secret.ts'
import type { SecretAge } from './age.ts'

/** `vault`: kept by us. `environment`: given to us at each start. `platform`: a key of our own. */
export const SECRET_SOURCES = ['vault', 'environment', 'platform'] as const
export type SecretSource = (typeof SECRET_SOURCES)[number]

export type SecretEntry = SecretInfo & { readonly age: SecretAge; readonly source: SecretSource }

export type WatchDeps = {
  readonly list: () => Promise<readonly SecretEntry[]>
  readonly policy: () => Promise<SecretPolicy>
  /** Told again under the same key, nothing changes. */
  readonly tell: (key: string, markdown: string) => Promise<unknown>
  readonly telemetry: Pick<Telemetry, 'log'>
}

/** How many are due and overdue. Safe to repeat: of each value the owners hear once that it is due, and once that it is overdue. */
export async function watchAges(deps: WatchDeps): Promise<{ readonly due: number; readonly overdue: number }> {
  const [entries, policy] = await Promise.all([deps.list(), deps.policy()])
  const old = entries.filter(({ age }) => age.state !== 'fresh')
  for (const entry of old) {
    const { name, source, age, rotatedAt } = entry
    deps.telemetry.log('warn', 'A secret is old', { name, source, days: age.days, state: age.state })
    await deps.tell(`secret/${source}/${name}/${rotatedAt.toISOString()}/${age.state}`, words(entry, policy))
  }
  const overdue = old.filter(({ age }) => age.state === 'overdue').length
  return { due: old.length - overdue, overdue }
}

function words({ name, source, age }: SecretEntry, { maxDays, atMax }: SecretPolicy): string {
  const shown = `\`${name}\``
  const done = HOW[source].replace('NAME', name)
  if (age.state === 'due')
    return `🔑 The secret ${shown} is ${age.days} days old; after ${maxDays} it is too old. ${done}`
  const now = source === 'vault' ? ` ${CONSEQUENCE[atMax]}` : ''
  return `🔑 The secret ${shown} is ${age.days} days old: too old by the policy, which allows ${maxDays}.${now} ${done}`
}

const HOW: Readonly<Record<SecretSource, string>> = {
  vault: 'Get a new one where it comes from, then: `factotum secret rotate NAME`.',
  environment: 'Get a new one where it comes from, put it in its place in `.env.secrets`, and restart.',
  platform: 'It is replaced by `factotum secret rotate-keys`, or by whoever gives it.',
}

const CONSEQUENCE: Readonly<Record<SecretPolicy['atMax'], string>> = {
  refuse: 'No work can use it any more.',
  ask: 'Each use of it is asked about.',
  warn: 'It is used all the same.',
}
