// What people give us to look things up in, over HTTP: add it, list it, find in it, take it away.
import { z } from 'zod'
import type { SourceId } from '../../core/vocabulary/ids.ts'
import { SOURCE_KINDS } from '../../core/vocabulary/knowledge.ts'
import { SHARED } from '../../core/vocabulary/memory.ts'
import { hitSchema, hitToWire, sourceSchema, sourceToWire } from './conversation-wire.ts'
import { OWNERS_ONLY, readableScopes, scopeFields, writableScope } from './memory-access.ts'
import { isUuid, json, operation } from './operation.ts'
import { invalidField, isProblem, problem } from './problem.ts'
import { listOf } from './wire.ts'

const TEXT_CHARACTERS = 2_000_000
const NO_SUCH_SOURCE = problem(404, 'source_not_found', 'There is no source with this id that you may see.')
const oneLine = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line')

export const knowledgeOperations = [
  operation({
    method: 'get',
    path: '/v1/knowledge',
    id: 'listKnowledge',
    summary: "The sources by title: the shared ones, the caller's own, and the conversation's where one is named.",
    access: 'tasks:read',
    query: z.object({ thread_id: z.uuid().optional() }),
    responses: { 200: { description: 'All of them.', schema: listOf('KnowledgePage', sourceSchema) } },
    handle: async (call) => {
      const scopes = await readableScopes(call, call.query.thread_id)
      if (isProblem(scopes)) return scopes
      const sources = await call.deps.knowledge.list(scopes)
      return json({ items: sources.map(sourceToWire), next_cursor: null })
    },
  }),
  operation({
    method: 'post',
    path: '/v1/knowledge',
    id: 'addKnowledge',
    summary: 'Add a text. The same `uri` in the same scope again replaces it as a whole.',
    access: 'tasks:write',
    large: true,
    body: z.object({
      title: oneLine(300),
      uri: oneLine(2_000).nullish(),
      kind: z.enum(SOURCE_KINDS).default('document'),
      text: z.string().min(1).max(TEXT_CHARACTERS),
      ...scopeFields,
    }),
    responses: { 201: { description: 'Found from now on.', schema: sourceSchema } },
    handle: async (call) => {
      const { deps, caller, body } = call
      const scope = await writableScope(call, body)
      if (isProblem(scope)) return scope
      const { title, kind, text } = body
      const uri = body.uri ?? `text:${deps.ids.digest(title).slice(0, 16)}`
      const source = await deps.addKnowledge({ scope, kind, title, uri, text, by: caller.principal.userId })
      if ('type' in source) return invalidField('text', source.problem)
      return json(sourceToWire(source), 201)
    },
  }),
  operation({
    method: 'get',
    path: '/v1/knowledge/search',
    id: 'searchKnowledge',
    summary: 'The parts that fit the words best, best first.',
    access: 'tasks:read',
    query: z.object({
      q: z.string().trim().min(1).max(1_000),
      limit: z.coerce.number().int().min(1).max(50).default(10),
      thread_id: z.uuid().optional(),
    }),
    responses: { 200: { description: 'What was found.', schema: listOf('KnowledgeHitPage', hitSchema) } },
    handle: async (call) => {
      const { deps, query } = call
      const scopes = await readableScopes(call, query.thread_id)
      if (isProblem(scopes)) return scopes
      const hits = await deps.lookUp(scopes, query.q, query.limit)
      return json({ items: hits.map(hitToWire), next_cursor: null })
    },
  }),
  operation({
    method: 'delete',
    path: '/v1/knowledge/{source_id}',
    id: 'removeKnowledge',
    summary: 'Take a source away: from the next search on nothing of it is found.',
    access: 'tasks:write',
    query: z.object({ thread_id: z.uuid().optional() }),
    responses: { 204: { description: 'It is gone.' } },
    handle: async (call) => {
      const { deps, caller, params, query } = call
      const id = params['source_id'] ?? ''
      const source = isUuid(id) ? await deps.knowledge.get(id as SourceId) : null
      if (source === null) return NO_SUCH_SOURCE
      const scopes = await readableScopes(call, query.thread_id)
      if (isProblem(scopes)) return scopes
      if (!scopes.includes(source.scope)) return NO_SUCH_SOURCE
      if (source.scope === SHARED && caller.principal.role !== 'owner') return OWNERS_ONLY
      if (source.scope === SHARED)
        await deps.recorder.record(caller.principal.userId, 'setting.changed', `knowledge ${source.id}`, {
          change: 'removed',
        })
      return (await deps.knowledge.remove(source.id)) ? new Response(null, { status: 204 }) : NO_SUCH_SOURCE
    },
  }),
]
