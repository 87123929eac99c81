// Where a scope's files lie: names that a person can read and no id can lead astray with.
import { createHash } from 'node:crypto'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import { SHARED } from '../../core/vocabulary/memory.ts'

const LONGEST = 100

export type ScopeFolder = {
  /** Folders below the root. */
  readonly parts: readonly string[]
  /** One line on whose it is, where the name does not say so; null where it does. */
  readonly about: string | null
}

/** Throws for what is no scope. Different scopes have different folders, on file systems without upper and lower case too. */
export function folderOf(scope: MemoryScope): ScopeFolder {
  if (scope === SHARED) return { parts: ['shared'], about: null }
  const [kind, rest] = [scope.slice(0, scope.indexOf(':')), scope.slice(scope.indexOf(':') + 1)]
  if (kind === 'person') {
    const name = safeName(rest)
    const about = name === rest.replace(':', '.') ? null : `The memory of the person ${JSON.stringify(rest)}.`
    return { parts: ['people', name], about }
  }
  if (kind === 'chat')
    return { parts: ['chats', digest(rest)], about: `The memory of the chat ${JSON.stringify(rest)}.` }
  throw new Error(`${JSON.stringify(scope.slice(0, LONGEST))} is no scope of memory`)
}

/** `telegram:4711` is `telegram.4711`; what else is no small letter, digit or dash is `_` and its bytes in hex; long ids are digests. */
function safeName(id: string): string {
  const plain = /^[a-z0-9-]+:[a-z0-9-]+$/.test(id)
  const name = plain ? id.replace(':', '.') : id.replace(/[^a-z0-9-]/gu, hex)
  return name === '' || name.length > LONGEST ? `__${digest(id)}` : name
}

function hex(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `_${byte.toString(16).padStart(2, '0')}`).join('')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
