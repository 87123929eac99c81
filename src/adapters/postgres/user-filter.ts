// Filters by person: one id has a plan that walks an index in its order, several are looked up and sorted.
import type { UserId } from '../../core/vocabulary/ids.ts'
import { storableText } from './storable-text.ts'

type UserFilter = readonly [one: string | null, several: readonly string[] | null]

/** At most one of the two is not null. */
export function filterOfUsers(userId: UserId | readonly UserId[] | null): UserFilter {
  if (userId === null) return [null, null]
  const ids = [userId].flat().map(storableText)
  const [first] = ids
  return ids.length === 1 && first !== undefined ? [first, null] : [null, ids]
}
