// What the people who run the platform see and switch.
import { z } from 'zod'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import { name, usageTotalsSchema } from './event-schemas.ts'
import { json, operation } from './operation.ts'
import type { HttpDeps } from './deps.ts'
import type { Responses } from './operation.ts'

const modelSchema = z.object({ provider: z.string(), model: z.string(), offline: z.boolean() })
const platformSchema = name(
  'Platform',
  z.object({
    version: z.string(),
    sandbox: z
      .object({
        level: z.enum(['L3', 'L2', 'L1', 'L0']),
        backend: z.string(),
        findings: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
      })
      .nullable(),
    models: z.object({ small: modelSchema, main: modelSchema, review: modelSchema }),
  }),
)
const botSchema = name(
  'Bot',
  z.object({
    bot: z.string(),
    username: z.string().nullable(),
    mode: z.enum(['poll', 'webhook']),
    state: z.string(),
    detail: z.string(),
    last_update_at: z.string().nullable(),
    inbox: z.int(),
    set_aside: z.int(),
    outbox: z.int(),
    ambiguous: z.int(),
    process: z.string(),
  }),
)
const stateSchema = name(
  'AdminState',
  z.object({
    paused: z.boolean(),
    counts: z.record(z.string(), z.int()),
    workers: z.array(z.string()),
    usage: usageTotalsSchema,
    platform: platformSchema,
    bots: z.array(botSchema),
  }),
)
const theState: Responses = { 200: { description: 'The state now.', schema: stateSchema } }

export const adminOperations = [
  operation({
    method: 'get',
    path: '/v1/platform',
    id: 'getPlatform',
    summary: 'The version, how well work is isolated, and which models answer.',
    access: 'signed-in',
    responses: { 200: { description: 'What the platform says of itself.', schema: platformSchema } },
    handle: async ({ deps }) => json(await deps.platform()),
  }),
  operation({
    method: 'get',
    path: '/v1/admin/state',
    id: 'getAdminState',
    summary: 'Tasks by status, live workers, tokens used so far, how the bots are doing, and whether work is paused.',
    access: 'admin',
    responses: theState,
    handle: async ({ deps }) => json(await state(deps)),
  }),
  operation({
    method: 'post',
    path: '/v1/admin/pause',
    id: 'pause',
    summary: 'No task is claimed until resumed. What runs goes on; repeating changes nothing.',
    access: 'admin',
    body: z.object({}),
    responses: theState,
    handle: async ({ deps }) => {
      await deps.queue.setPaused(true)
      return json(await state(deps))
    },
  }),
  operation({
    method: 'post',
    path: '/v1/admin/resume',
    id: 'resume',
    summary: 'Tasks are claimed again.',
    access: 'admin',
    body: z.object({}),
    responses: theState,
    handle: async ({ deps }) => {
      await deps.queue.setPaused(false)
      deps.signals.publish({ type: 'work' })
      return json(await state(deps))
    },
  }),
]

async function state(deps: HttpDeps): Promise<JsonObject> {
  const [queue, usage, platform, bots] = await Promise.all([
    deps.queue.state(),
    deps.ledger.totals({ taskId: null, userId: null, since: null }),
    deps.platform(),
    deps.bots(),
  ])
  const { version, sandbox, models } = platform
  return {
    paused: queue.paused,
    counts: { ...queue.counts },
    workers: queue.workers,
    usage,
    platform: { version, sandbox, models },
    bots: bots.map((bot) => ({ ...bot })),
  }
}
