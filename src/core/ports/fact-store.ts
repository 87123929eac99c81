// Facts that were proposed, kept or dropped. What may become a fact is decided by core/memory and only recorded here.
import type { FactId, UserId } from '../vocabulary/ids.ts'
import type { Fact, FactStatus, MemoryScope } from '../vocabulary/memory.ts'

export type FactQuery = {
  readonly scopes: readonly MemoryScope[]
  readonly statuses: readonly FactStatus[]
  readonly limit: number
}

export interface FactStore {
  /** Adding an id that is there changes nothing. Returns the fact that is there: of one scope and text there is one, dropped ones aside. */
  add(fact: Fact): Promise<Fact>
  get(id: FactId): Promise<Fact | null>
  /** Constraints first, then the newest; never more than `limit`, but constraints are never left out. */
  list(query: FactQuery): Promise<readonly Fact[]>
  /**
   * Reversible: any status may follow any other. Null when there is none. Every decision stays in the fact's history; what it is already
   * changes nothing. Where a dropped one is taken up again and another of its scope and text stands, that one is decided and returned.
   */
  decide(id: FactId, status: FactStatus, by: UserId, at: Date): Promise<Fact | null>
  /** Oldest first. */
  history(
    id: FactId,
  ): Promise<readonly { readonly status: FactStatus; readonly by: UserId | null; readonly at: Date }[]>
}
