// Everything that is kept of one person, for whoever may ask for it: composed over this process's stores.
import { decisionKey } from '../core/conversation/decide-once.ts'
import { wordsName } from '../core/conversation/take-words.ts'
import { erasePerson, exportPerson } from '../core/memory/person-data.ts'
import type { ErasedPerson, PersonDeps } from '../core/memory/person-data.ts'
import type { PersonRecord } from '../core/ports/person-data.ts'
import type { UserId } from '../core/vocabulary/ids.ts'

export type People = {
  readonly records: (userId: UserId) => AsyncIterable<PersonRecord>
  readonly erase: (userId: UserId, by: UserId) => Promise<ErasedPerson>
}

export function createPeople(platform: Omit<PersonDeps, 'notesOf'>): People {
  const deps: PersonDeps = {
    ...platform,
    notesOf: (message) => [decisionKey(platform.ids, wordsName(message))],
  }
  return {
    records: (userId) => exportPerson(deps, userId),
    erase: (userId, by) => erasePerson(deps, userId, by),
  }
}
