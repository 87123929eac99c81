// Everything that is kept of one person, whichever store keeps it: records, memory files and bytes.
import type { Erased, PersonData, PersonRecord } from '../core/ports/person-data.ts'
import type { IdentityStore } from '../core/ports/identity-store.ts'
import type { MemoryFiles } from '../core/ports/memory-files.ts'
import type { ObjectStore } from '../core/ports/object-store.ts'
import { personScope } from '../core/vocabulary/memory.ts'
import type { UserId } from '../core/vocabulary/ids.ts'

export type PeopleDeps = {
  readonly personData: PersonData
  readonly identities: IdentityStore
  readonly memoryFiles: MemoryFiles
  readonly objects: ObjectStore
}

export type People = {
  /** Of all ids of the person; the bytes of artifacts are named by their keys and not part of it. */
  readonly records: (userId: UserId) => AsyncIterable<PersonRecord>
  /** Safe to repeat where it was cut off: what nothing names any more is only bytes. */
  readonly erase: (userId: UserId) => Promise<Erased | { readonly type: 'busy'; readonly tasks: number }>
}

export function createPeople({ personData, identities, memoryFiles, objects }: PeopleDeps): People {
  const idsOf = async (userId: UserId) => identities.idsOf(await identities.personOf(userId))
  return {
    records: async function* (userId) {
      const ids = await idsOf(userId)
      yield* personData.records(ids)
      for (const scope of ids.map(personScope))
        for (const name of await memoryFiles.list(scope)) {
          const file = await memoryFiles.read(scope, name)
          if (file !== null) yield { kind: 'memory_files', data: { scope, name, text: file.text } }
        }
    },
    erase: async (userId) => {
      // Asked for first: erasing forgets that the ids are one person.
      const ids = await idsOf(userId)
      const erased = await personData.erase(ids)
      if ('type' in erased) return erased
      for (const key of erased.objectKeys) await objects.delete(key)
      for (const id of ids) await memoryFiles.clear(personScope(id))
      return erased
    },
  }
}
