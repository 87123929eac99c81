// What is kept about one person: handed to them, or taken away, when they or an owner ask.
import { z } from 'zod'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { PersonRecord } from '../../core/ports/person-data.ts'
import { name } from './event-schemas.ts'
import { hasScope, json, operation } from './operation.ts'
import type { CallerCall } from './operation.ts'
import { problem } from './problem.ts'

const NDJSON = 'application/x-ndjson'
const USER_ID = /^[\w:.@+-]{1,200}$/
const NO_SUCH_PERSON = problem(404, 'person_not_found', 'There is nobody with this id whom you may ask about.')

const recordSchema = name('PersonRecord', z.object({ kind: z.string(), data: z.record(z.string(), z.unknown()) }))
const erasedSchema = name('ErasedPerson', z.object({ records: z.record(z.string(), z.int()) }))

export const peopleOperations = [
  operation({
    method: 'get',
    path: '/v1/people/{user_id}/export',
    id: 'exportPerson',
    summary: 'Everything that is kept about a person, one JSON record a line: for themselves, or for owners.',
    access: 'tasks:read',
    responses: { 200: { description: 'One record a line.', schema: recordSchema, mediaType: NDJSON } },
    handle: async (call) => {
      const userId = await personAsked(call)
      if (userId === null) return NO_SUCH_PERSON
      const records = call.deps.people.records(userId)[Symbol.asyncIterator]()
      // Asked for before the answer begins: what fails then can still be told.
      const first = await records.next()
      if (first.done === true && userId !== call.caller.principal.userId) return NO_SUCH_PERSON
      await call.deps.recorder.record(call.caller.principal.userId, 'person.changed', userId, { change: 'export' })
      return new Response(lines(first, records), {
        headers: {
          'content-type': NDJSON,
          'content-disposition': 'attachment; filename="factotum-export.ndjson"',
          'cache-control': 'private, no-store',
        },
      })
    },
  }),
  operation({
    method: 'delete',
    path: '/v1/people/{user_id}',
    id: 'erasePerson',
    summary:
      'Take away everything that is kept about a person. It can not be taken back. Refused while a task of theirs runs.',
    access: 'tasks:write',
    responses: { 200: { description: 'How many records of each kind went.', schema: erasedSchema } },
    handle: async (call) => {
      const userId = await personAsked(call)
      if (userId === null || !(await isKnown(call, userId))) return NO_SUCH_PERSON
      const erased = await call.deps.people.erase(userId, call.caller.principal.userId)
      if ('type' in erased)
        return problem(
          409,
          'tasks_running',
          erased.tasks === 1
            ? 'A task of theirs still runs: stop it first.'
            : `${erased.tasks} of their tasks still run: stop them first.`,
        )
      return json({ records: erased.records })
    },
  }),
]

/** The person in the address, where the caller may ask about them: it is themselves, or they administer the platform. */
async function personAsked({ deps, caller, params }: CallerCall<unknown, unknown>): Promise<UserId | null> {
  const given = params['user_id'] ?? ''
  if (!USER_ID.test(given)) return null
  const userId = given as UserId
  if (caller.principal.role === 'owner' && hasScope(caller, 'admin')) return userId
  const [theirs, own] = await Promise.all([
    deps.identities.personOf(userId),
    deps.identities.personOf(caller.principal.userId),
  ])
  return theirs === own ? userId : null
}

/** Everybody knows themselves. */
async function isKnown({ deps, caller }: CallerCall<unknown, unknown>, userId: UserId): Promise<boolean> {
  if (userId === caller.principal.userId) return true
  const records = deps.people.records(userId)[Symbol.asyncIterator]()
  const { done } = await records.next()
  await records.return?.()
  return done !== true
}

function lines(
  first: IteratorResult<PersonRecord>,
  rest: AsyncIterator<PersonRecord>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  let next: IteratorResult<PersonRecord> | null = first
  return new ReadableStream({
    pull: async (controller) => {
      const it = next ?? (await rest.next())
      next = null
      if (it.done === true) return controller.close()
      controller.enqueue(encoder.encode(`${JSON.stringify({ kind: it.value.kind, data: it.value.data })}\n`))
    },
    cancel: async () => void (await rest.return?.()),
  })
}
