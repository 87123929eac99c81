// What is remembered over HTTP: read it, add to it, keep or drop what was proposed, and edit its files.
import { z } from 'zod'
import { decideFact, memoryOf, rememberNow } from '../../core/memory/remember.ts'
import { scopeName, visibleScopes } from '../../core/memory/scopes.ts'
import type { Standing } from '../../core/memory/scopes.ts'
import type { FactId } from '../../core/vocabulary/ids.ts'
import { FACT_KINDS, FACT_STATUSES, SHARED } from '../../core/vocabulary/memory.ts'
import type { Fact, FactStatus } from '../../core/vocabulary/memory.ts'
import type { MemoryFile, MemoryFileName } from '../../core/ports/memory-files.ts'
import { factSchema, factToWire, memoryFileSchema, memorySchema } from './conversation-wire.ts'
import { OWNERS_ONLY, scopeFields, standingOf, writableScope } from './memory-access.ts'
import { findThread, isUuid, json, operation } from './operation.ts'
import type { Asked, CallerCall, Responses } from './operation.ts'
import { invalidField, isProblem, problem } from './problem.ts'
import type { Problem } from './problem.ts'

const FACT_CHARACTERS = 1_000
/** As much as is read of a file. */
const FILE_BYTES = 64_000
const FILE_NAME = /^(?:SOUL\.md|MEMORY\.md|memory\/\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\.md)$/

const NO_SUCH_FACT = problem(404, 'fact_not_found', 'There is no fact with this id that you may see.')
const theFact: Responses = { 200: { description: 'The fact as it is now.', schema: factSchema } }
const where = z.object({ thread_id: z.uuid().optional() })

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
      const { deps, query } = call
      const standing = await standingOf(call, query.thread_id)
      if (isProblem(standing)) return standing
      const memory = await memoryOf(deps, standing, FACT_STATUSES)
      // What waits to be shared by all is for owners to look at first.
      const facts = memory.facts.filter((it) => it.scope !== SHARED || it.status === 'kept' || standing.isOwner)
      const files = await Promise.all(memory.files.map(({ scope, name }) => deps.memoryFiles.read(scope, name)))
      return json({
        facts: facts.map(factToWire),
        files: files
          .filter((file): file is MemoryFile => file !== null)
          .map(({ scope, name, text }) => ({ scope: scopeName(scope), name, text })),
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
      const { deps, body } = call
      const standing = await standingOf(call, body.thread_id)
      if (isProblem(standing)) return standing
      const { text, kind, scope } = body
      const wish = { text, kind: kind ?? null, scope, messageId: null, taskId: null }
      const remembered = await rememberNow(deps, standing, wish)
      switch (remembered.type) {
        case 'not_yours':
          return OWNERS_ONLY
        case 'refused':
          return invalidField(scope === 'thread' && standing.thread === null ? 'thread_id' : 'text', remembered.problem)
        case 'remembered':
          return json(factToWire(remembered.fact), 201)
      }
    },
  }),
  operation({
    method: 'post',
    path: '/v1/memory/facts/{fact_id}/keep',
    id: 'keepFact',
    summary: "Have a proposed fact remembered, or a dropped one again. A conversation's needs its `thread_id`.",
    access: 'tasks:write',
    query: where,
    body: z.object({}),
    responses: theFact,
    missing: missingFact,
    handle: (call) => decide(call, 'kept'),
  }),
  operation({
    method: 'post',
    path: '/v1/memory/facts/{fact_id}/drop',
    id: 'dropFact',
    summary: 'Have it forgotten. It can be kept again.',
    access: 'tasks:write',
    query: where,
    body: z.object({}),
    responses: theFact,
    missing: missingFact,
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
      if (!scope.startsWith('person:'))
        await deps.recorder.record(call.caller.principal.userId, 'setting.changed', `memory file ${body.name}`, {
          scope,
        })
      await deps.memoryFiles.write({ scope, name: body.name as MemoryFileName, text: body.text })
      return json({ scope: body.scope, name: body.name, text: body.text })
    },
  }),
]

/** Of a conversation's facts those are seen that came from a message of it, or whose conversation is named. */
async function missingFact(asked: Asked): Promise<Problem | null> {
  const fact = await factNamed(asked)
  if (fact === null) return NO_SUCH_FACT
  const standing = await standingFor(asked, fact, asked.url.searchParams.get('thread_id'))
  const { all } = await visibleScopes(asked.deps, standing)
  return all.includes(fact.scope) ? null : NO_SUCH_FACT
}

async function decide(
  call: CallerCall<z.output<typeof where>, unknown>,
  status: Exclude<FactStatus, 'proposed'>,
): Promise<Response | Problem> {
  const fact = await factNamed(call)
  if (fact === null) return NO_SUCH_FACT
  const standing = await standingFor(call, fact, call.query.thread_id ?? null)
  const decided = await decideFact(call.deps, standing, fact.id, status)
  switch (decided.type) {
    case 'decided':
      return json(factToWire(decided.fact))
    case 'not_yours':
      return OWNERS_ONLY
    default:
      return NO_SUCH_FACT
  }
}

async function factNamed({ deps, params }: Asked): Promise<Fact | null> {
  const id = params['fact_id'] ?? ''
  return isUuid(id) ? deps.facts.get(id as FactId) : null
}

async function standingFor(asked: Asked, fact: Fact, threadId: string | null): Promise<Standing> {
  const { userId, role } = asked.caller.principal
  const message = fact.messageId === null ? null : await asked.deps.conversations.message(fact.messageId)
  const named = threadId ?? message?.threadId ?? null
  const thread = named === null ? null : await findThread(asked.deps, asked.caller, named)
  return { author: userId, isOwner: role === 'owner', thread }
}
