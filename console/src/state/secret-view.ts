// Secrets as the console speaks of them: what a form may send, and how old each one is. A value is never part of any of it.
import { isSecretName } from '../../../src/core/vocabulary/secret.ts'
import type { NewSecret, WireSecret } from './control.ts'
import { sayCount } from './time.ts'

export type SecretForm = {
  readonly name: string
  readonly hosts: string
  /** Whose work may use it; null for everybody's. */
  readonly owner: string | null
}
export const EMPTY_SECRET: SecretForm = { name: '', hosts: '', owner: null }

/** Hosts as they are typed: lines, commas or blanks between them. Each once, in order, in small letters. */
export function readHosts(text: string): readonly string[] {
  const hosts = text.split(/[\s,;]+/).map((host) => host.trim().toLowerCase())
  return [...new Set(hosts.filter((host) => host !== ''))]
}

const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/

/** What is still wrong with it, in one sentence; null when it can be sent. */
export function secretProblem(form: SecretForm, value: string): string | null {
  if (!isSecretName(form.name)) return 'A name has letters, digits and _ and begins with a letter.'
  if (value === '') return 'The value is missing.'
  const hosts = readHosts(form.hosts)
  if (hosts.length === 0) return 'Say at least one host that it is for: it is sent nowhere else.'
  const wrong = hosts.find((host) => !HOST.test(host))
  return wrong === undefined ? null : `“${wrong}” is no host name. Write it without https:// and without a path.`
}

export function secretToSend({ hosts, owner }: SecretForm, value: string): NewSecret {
  return { value, hosts: readHosts(hosts), owner }
}

/** Whom it can be for: everybody, whoever types, and whose it is already. */
export function ownersToChoose({ owner }: SecretForm, me: string): readonly { id: string | null; label: string }[] {
  const known = [
    { id: null, label: 'everybody’s work' },
    { id: me, label: 'my work only' },
  ]
  return owner === null || owner === me ? known : [...known, { id: owner, label: `the work of ${owner}` }]
}

const STATES = {
  fresh: { word: 'fresh', tone: 'good' },
  due: { word: 'due for a new value', tone: 'busy' },
  overdue: { word: 'overdue', tone: 'bad' },
} as const

export function sayState({ state, age_days: days }: Pick<WireSecret, 'state' | 'age_days'>) {
  const { word, tone } = STATES[state] ?? { word: state, tone: 'idle' }
  return { text: `${word}, ${days === 0 ? 'new today' : `${sayCount(days, 'day')} old`}`, tone } as const
}

/** Where it is changed, for those that the console can't change. */
export function sayWhereItLives({ source, name }: Pick<WireSecret, 'source' | 'name'>): string | null {
  if (source === 'environment') return `Comes from the environment (${name}): change it there and start again.`
  if (source === 'platform') return 'The platform’s own: change it in its settings on the machine.'
  return null
}

export function sayForWhom({ owner }: Pick<WireSecret, 'owner'>, me: string | null): string {
  if (owner === null) return 'for everybody’s work'
  return owner === me ? 'for your work' : `for the work of ${owner}`
}
