// A sealed entry as it is shown: read from the text that was hashed, and from nothing else.
import type { SealedEntry } from '../vocabulary/audit.ts'
import type { JsonObject } from '../vocabulary/json.ts'

export type ShownEntry = {
  readonly at: string
  readonly actor: string
  /** As a rule an AuditAction; a newer version may have written others. */
  readonly action: string
  readonly task_id: string | null
  readonly subject: string
  readonly data: JsonObject
}

/** Never throws: what somebody made unreadable is shown as such. */
export function readEntry({ entry }: SealedEntry): ShownEntry {
  const read = parsed(entry)
  const text = (name: string) => (typeof read[name] === 'string' ? read[name] : '')
  const { task_id: taskId, data } = read
  return {
    at: text('at'),
    actor: text('actor'),
    action: text('action'),
    task_id: typeof taskId === 'string' ? taskId : null,
    subject: text('subject'),
    data: isObject(data) ? data : {},
  }
}

function parsed(entry: string): JsonObject {
  try {
    const value: unknown = JSON.parse(entry)
    return isObject(value) ? value : {}
  } catch {
    return { subject: entry }
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
