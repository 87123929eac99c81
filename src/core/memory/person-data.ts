// Everything that is kept of one person, in whichever store: handed to them, or taken away.
import type { Clock } from '../ports/clock.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import type { Ids } from '../ports/ids.ts'
import type { MemoryFiles } from '../ports/memory-files.ts'
import { keepJson, keptJson } from '../ports/object-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Erased, PersonData, PersonRecord } from '../ports/person-data.ts'
import type { PromptCache } from '../ports/prompt-cache.ts'
import type { Workspaces } from '../ports/workspaces.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { JsonObject, JsonValue } from '../vocabulary/json.ts'
import { chatScope, personScope } from '../vocabulary/memory.ts'
import type { MemoryScope } from '../vocabulary/memory.ts'
import type { InterfaceName } from '../vocabulary/message.ts'

export type HeardAs = { readonly interface: InterfaceName; readonly chat: string; readonly externalId: string }

export type PersonDeps = {
  readonly personData: PersonData
  readonly identities: IdentityStore
  readonly memoryFiles: MemoryFiles
  readonly objects: ObjectStore
  readonly workspaces: Pick<Workspaces, 'remove'>
  readonly promptCache: Pick<PromptCache, 'forget'>
  readonly ids: Pick<Ids, 'digest'>
  readonly clock: Pick<Clock, 'now'>
  /** Keys of objects in which it is written down what a message was about. */
  readonly notesOf: (message: HeardAs) => readonly string[]
}

export type ErasedPerson = Erased | { readonly type: 'busy'; readonly tasks: number }

/** What lies outside of the records: a list of it is kept until all of it is gone. */
type Leftovers = {
  readonly keys: readonly string[]
  readonly scopes: readonly MemoryScope[]
  readonly tasks: readonly TaskId[]
  /** Not there in lists of older versions. */
  readonly people?: readonly UserId[]
}

/** Of all of the person's ids, their memory files at the end. The bytes of artifacts are named by their keys and are not part of it. */
export async function* exportPerson(deps: PersonDeps, userId: UserId): AsyncGenerator<PersonRecord> {
  const ids = await deps.identities.idsOf(userId)
  const scopes = new Set(ids.map(personScope))
  for await (const record of deps.personData.records(ids)) {
    for (const scope of scopesOf(record)) scopes.add(scope)
    yield record
  }
  for (const scope of scopes)
    for (const name of await deps.memoryFiles.list(scope)) {
      const file = await deps.memoryFiles.read(scope, name)
      if (file !== null) yield { kind: 'memory_files', data: { scope, name, text: file.text } }
    }
}

/**
 * Takes away records, memory files, objects and workspaces. Refused while a task of theirs runs. Cut off in the middle, it goes on when it is
 * called again for the same id. What they wrote elsewhere by hand, in shared files, is not known to be theirs.
 */
export async function erasePerson(deps: PersonDeps, userId: UserId, by: UserId): Promise<ErasedPerson> {
  await clearLeftovers(deps, userId)
  // Asked for first: erasing forgets that the ids are one person.
  const ids = await deps.identities.idsOf(userId)
  const scopes = new Set(ids.map(personScope))
  const tasks: TaskId[] = []
  const notes: string[] = []
  for await (const record of deps.personData.records(ids)) {
    for (const scope of scopesOf(record)) scopes.add(scope)
    if (record.kind === 'tasks') tasks.push(text(record.data, 'id') as TaskId)
    const heard = heardAs(record)
    if (heard !== null) notes.push(...deps.notesOf(heard))
  }
  const act = { actor: by, action: 'person.changed', subject: userId, taskId: null, data: { change: 'erase' } } as const
  const erased = await deps.personData.erase(ids, { ...act, at: deps.clock.now() })
  if ('type' in erased) return erased
  const left: Leftovers = { keys: [...erased.objectKeys, ...notes], scopes: [...scopes], tasks, people: ids }
  await keepJson(deps.objects, listKey(deps, userId), left)
  await clearLeftovers(deps, userId)
  return erased
}

async function clearLeftovers(deps: PersonDeps, userId: UserId): Promise<void> {
  const left = await keptJson<Leftovers>(deps.objects, listKey(deps, userId))
  if (left === undefined) return
  const { keys, scopes, tasks, people = [] } = left
  await deps.promptCache.forget(people)
  for (const scope of scopes) await deps.memoryFiles.clear(scope)
  for (const id of tasks) await deps.workspaces.remove(id)
  for (const key of keys) await deps.objects.delete(key)
  await deps.objects.delete(listKey(deps, userId))
}

function listKey({ ids }: PersonDeps, userId: UserId): string {
  return `erasures/${ids.digest(userId)}`
}

/** The memory of a conversation of theirs alone with us. */
function scopesOf({ kind, data }: PersonRecord): readonly MemoryScope[] {
  if (kind !== 'threads') return []
  return [chatScope({ interface: text(data, 'interface') as InterfaceName, chat: text(data, 'chat') })]
}

function heardAs({ kind, data }: PersonRecord): HeardAs | null {
  if (kind !== 'messages' || !isText(data['external_id']) || !isText(data['chat'])) return null
  return { interface: text(data, 'interface') as InterfaceName, chat: data['chat'], externalId: data['external_id'] }
}

function text(data: JsonObject, name: string): string {
  const value = data[name]
  return isText(value) ? value : ''
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string'
}
