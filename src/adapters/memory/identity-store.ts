// Which ids are one person, in memory.
import type { IdentityStore } from '../../core/ports/identity-store.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'

export function createMemoryIdentityStore(): IdentityStore {
  /** Of ids that were linked to another; a person's own has no entry. */
  const persons = new Map<UserId, UserId>()
  const offers = new Map<UserId, { readonly code: string; readonly expiresAt: Date }>()
  const personOf = (userId: UserId) => persons.get(userId) ?? userId
  const idsOf = (person: UserId) => [
    person,
    ...[...persons]
      .filter(([, of]) => of === person)
      .map(([userId]) => userId)
      .toSorted(),
  ]
  return {
    personOf: async (userId) => personOf(userId),
    idsOf: async (userId) => idsOf(personOf(userId)),
    offerLink: async (userId, code, expiresAt) => void offers.set(userId, { code, expiresAt }),
    takeLink: async (code, by, now) => {
      const found = [...offers].find(([, offer]) => offer.code === code)
      if (found === undefined) return null
      offers.delete(found[0])
      if (found[1].expiresAt <= now) return null
      const person = personOf(found[0])
      const before = personOf(by)
      if (before !== person) for (const userId of idsOf(before)) persons.set(userId, person)
      return person
    },
    unlink: async (userId) => {
      const [first, ...others] = idsOf(personOf(userId)).filter((id) => id !== userId)
      if (first === undefined) return false
      // Of a person whose own id goes, another is the own one.
      if (!persons.delete(userId)) {
        persons.delete(first)
        for (const other of others) persons.set(other, first)
      }
      return true
    },
  }
}
