// Secrets over HTTP: put in, listed with their ages, taken away. There is no way to read a value.
import { z } from 'zod'
import { SECRET_STATES } from '../../core/secrets/age.ts'
import { SECRET_SOURCES } from '../../core/secrets/watch-ages.ts'
import type { SecretEntry } from '../../core/secrets/watch-ages.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import { name } from './event-schemas.ts'
import { json, operation } from './operation.ts'
import { invalidField, problem } from './problem.ts'

const MOST_HOSTS = 100

const secretSchema = name(
  'Secret',
  z.object({
    name: z.string(),
    owner: z.string().nullable(),
    hosts: z.array(z.string()),
    version: z.int(),
    created_by: z.string(),
    created_at: z.string(),
    rotated_at: z.string(),
    last_used_at: z.string().nullable(),
    age_days: z.int(),
    state: z.enum(SECRET_STATES),
    source: z.enum(SECRET_SOURCES),
  }),
)
const listSchema = name('SecretList', z.object({ items: z.array(secretSchema), next_cursor: z.null() }))
const NO_SUCH_SECRET = problem(404, 'secret_not_found', 'There is no secret of this name.')

export const secretOperations = [
  operation({
    method: 'get',
    path: '/v1/secrets',
    id: 'listSecrets',
    summary:
      'Every secret with its age, never its value: of the vault, of the environment, and the keys of the platform.',
    access: 'admin',
    responses: { 200: { description: 'All of them.', schema: listSchema } },
    handle: async ({ deps }) => {
      const items = await deps.secretKeeper.list()
      return json({ items: items.map(secretToWire), next_cursor: null })
    },
  }),
  operation({
    method: 'put',
    path: '/v1/secrets/{name}',
    id: 'putSecret',
    summary:
      'Keep a value, which nobody can read again: work may use it at its hosts. An earlier value of that name is replaced. Without an owner it is for everybody’s work.',
    access: 'admin',
    body: z.object({
      value: z.string(),
      hosts: z.array(z.string().max(300)).max(MOST_HOSTS),
      owner: z.string().min(1).max(200).nullable().optional(),
    }),
    responses: {
      200: { description: 'It replaced an earlier value.', schema: secretSchema },
      201: { description: 'It is new.', schema: secretSchema },
    },
    handle: async ({ deps, caller, params, body }) => {
      const { value, hosts, owner } = body
      const given = {
        name: params['name'] ?? '',
        value,
        hosts,
        ...(owner === undefined ? {} : { owner: owner as UserId }),
      }
      const kept = await deps.secretKeeper.set(given, caller.principal.userId)
      if (kept.type === 'refused') return invalidField(kept.about, kept.problem)
      return json(secretToWire(kept.entry), kept.created ? 201 : 200)
    },
  }),
  operation({
    method: 'delete',
    path: '/v1/secrets/{name}',
    id: 'removeSecret',
    summary: 'Forget a secret of the vault, all its values.',
    access: 'admin',
    responses: { 204: { description: 'It is gone.' } },
    handle: async ({ deps, caller, params }) => {
      const gone = await deps.secretKeeper.remove(params['name'] ?? '', caller.principal.userId)
      return gone ? new Response(null, { status: 204 }) : NO_SUCH_SECRET
    },
  }),
]

export function secretToWire(entry: SecretEntry): JsonObject {
  return {
    name: entry.name,
    owner: entry.owner,
    hosts: entry.hosts,
    version: entry.version,
    created_by: entry.createdBy,
    created_at: entry.createdAt.toISOString(),
    rotated_at: entry.rotatedAt.toISOString(),
    last_used_at: entry.lastUsedAt?.toISOString() ?? null,
    age_days: entry.age.days,
    state: entry.age.state,
    source: entry.source,
  }
}
