// What is remembered over HTTP: read it, add to it, keep or drop what was proposed, and edit its files.
import { z } from 'zod'
import type { FactId } from '../../core/vocabulary/ids.ts'
import { FACT_KINDS, FACT_STATUSES, SHARED } from '../../core/vocabulary/memory.ts'
import type { Fact, FactStatus } from '../../core/vocabulary/memory.ts'
import type { MemoryFile, MemoryFileName } from '../../core/ports/memory-files.ts'
import { factSchema, factToWire, memoryFileSchema, memorySchema, scopeToWire } from './conversation-wire.ts'
import { changeProblem, ownScope, readableScopes, scopeFields, writableScope } from './memory-access.ts'
import { isUuid, json, operation } from './operation.ts'
import type { CallerCall, Responses } from './operation.ts'
import { invalidField, isProblem, problem } from './problem.ts'
import type { Problem } from './problem.ts'

const FACTS = 500
const FACT_CHARACTERS = 1_000
/** As much as is read of a file. */
const FILE_BYTES = 64_000
const FILE_NAME = /^(?:SOUL\.md|MEMORY\.md|memory\/\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\.md)$/

const NO_SUCH_FACT = problem(404, 'fact_not_found', 'There is no fact with this id that you may see.')
const theFact: Responses = { 200: { description: 'The fact as it is now.', schema: factSchema } }
const where = z.object({ thread_id: z.uuid().nullish() })

export const memoryOperations = [
  operation({
    method: 'get',
    path: '/v1/memory',
    id: 'getMemory',
    summary: "Facts and files: the shared ones, the caller's own, and the conversation's where `thread_id` names one.",
    access: 'tasks:read',
    query: z.object({ thread_id: z.uuid().optional() }),
    responses: { 200: { description: 'All of it.', schema: memorySchema } },
    handle: async (call) => {
      const { deps, caller, query } = call
      const scopes = await readableScopes(call, query.thread_id)
      if (isProblem(scopes)) return scopes
      const own = await ownScope(call)
      const facts = await deps.facts.list({ scopes, statuses: FACT_STATUSES, limit: FACTS })
      // What somebody proposed for all is for owners to look at first.
      const open = facts.filter(
        (it) => it.scope !== SHARED || it.status === 'kept' || caller.principal.role === 'owner',
      )
      const names = await Promise.all(scopes.map((scope) => deps.memoryFiles.list(scope)))
      const files = await Promise.all(
        scopes.flatMap((scope, at) => (names[at] ?? []).map((name) => deps.memoryFiles.read(scope, name))),
      )
      return json({
        facts: open.map((fact) => factToWire(fact, own)),
        files: files
          .filter((file): file is MemoryFile => file !== null)
          .map(({ scope, name, text }) => ({ scope: scopeToWire(scope, own), name, text })),
      })
    },
  }),
  operation({
    method: 'post',
    path: '/v1/memory/facts',
    id: 'addFact',
    summary: 'Have something remembered. The same again in the same scope changes nothing.',
    access: 'tasks:write',
    body: z.object({
      text: z.string().trim().min(1).max(FACT_CHARACTERS),
      kind: z.enum(FACT_KINDS).nullish(),
      ...scopeFields,
    }),
    responses: { 201: { description: 'Kept.', schema: factSchema } },
    handle: async (call) => {
      const { deps, caller, body } = call
      const scope = await writableScope(call, body)
      if (isProblem(scope)) return scope
      const wanted = { scope, kind: body.kind ?? null, text: body.text, by: caller.principal.userId }
      const fact = await deps.remember(wanted)
      if ('type' in fact) return invalidField('text', fact.problem)
      return json(factToWire(fact, await ownScope(call)), 201)
    },
  }),
  operation({
    method: 'post',
    path: '/v1/memory/facts/{fact_id}/keep',
    id: 'keepFact',
    summary: 'Have a proposed fact remembered, or a dropped one again.',
    access: 'tasks:write',
    body: where,
    responses: theFact,
    handle: (call) => decide(call, 'kept'),
  }),
  operation({
    method: 'post',
    path: '/v1/memory/facts/{fact_id}/drop',
    id: 'dropFact',
    summary: 'Have it forgotten. It can be kept again.',
    access: 'tasks:write',
    body: where,
    responses: theFact,
    handle: (call) => decide(call, 'dropped'),
  }),
  operation({
    method: 'put',
    path: '/v1/memory/files',
    id: 'writeMemoryFile',
    summary: 'Replace a file of the memory: `SOUL.md`, `MEMORY.md` or `memory/YYYY-MM-DD.md`.',
    access: 'tasks:write',
    body: z.object({
      ...scopeFields,
      name: z.string().regex(FILE_NAME, 'must be SOUL.md, MEMORY.md or memory/YYYY-MM-DD.md'),
      text: z.string().max(FILE_BYTES),
    }),
    responses: { 200: { description: 'The file as it is now.', schema: memoryFileSchema } },
    handle: async (call) => {
      const { deps, body } = call
      const scope = await writableScope(call, body)
      if (isProblem(scope)) return scope
      if (new TextEncoder().encode(body.text).byteLength > FILE_BYTES)
        return invalidField('text', `at most ${FILE_BYTES} bytes are read of a file`)
      await deps.memoryFiles.write({ scope, name: body.name as MemoryFileName, text: body.text })
      return json({ scope: body.scope, name: body.name, text: body.text })
    },
  }),
]

async function decide(
  call: CallerCall<unknown, z.output<typeof where>>,
  status: FactStatus,
): Promise<Response | Problem> {
  const { deps, caller, params, body } = call
  const id = params['fact_id'] ?? ''
  const fact: Fact | null = isUuid(id) ? await deps.facts.get(id as FactId) : null
  if (fact === null) return NO_SUCH_FACT
  const refused = await changeProblem(call, { scope: fact.scope, author: fact.from }, body.thread_id, NO_SUCH_FACT)
  if (refused !== null) return refused
  const decided = await deps.facts.decide(fact.id, status, caller.principal.userId, deps.clock.now())
  return decided === null ? NO_SUCH_FACT : json(factToWire(decided, await ownScope(call)))
}
