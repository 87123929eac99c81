// Everything that is kept about one person, to be handed to them or taken away.
import type { AuditEntry } from '../vocabulary/audit.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { JsonObject } from '../vocabulary/json.ts'

/** One record of one table, as it is kept; `kind` is the table's name. */
export type PersonRecord = { readonly kind: string; readonly data: JsonObject }

export type Erased = {
  readonly records: Readonly<Record<string, number>>
  /** Of objects that nothing names any more: the bytes are to be deleted by whoever holds them. */
  readonly objectKeys: readonly string[]
}

export interface PersonData {
  /** Of all of the person's ids; in a fixed order of kinds. Objects' keys are within their artifacts' records. */
  records(ids: readonly UserId[]): AsyncIterable<PersonRecord>
  /**
   * Takes it all away in one transaction: messages both ways in the person's own threads, what they said elsewhere, their tasks with logs
   * and artifacts, facts, knowledge and secrets of theirs, links and membership. What was spent stays, without a name. `entry` is in the
   * audit log once it is done, and only then. Refused while a task of theirs runs.
   */
  erase(ids: readonly UserId[], entry: AuditEntry): Promise<Erased | { readonly type: 'busy'; readonly tasks: number }>
}
