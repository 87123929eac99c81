// What the people who run the platform see and switch.
import { z } from 'zod'
import type { Stopped } from '../../core/stop/panic.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import { name, usageTotalsSchema } from './event-schemas.ts'
import { json, operation } from './operation.ts'
import type { HttpDeps, PlatformReport } from './deps.ts'
import type { Responses } from './operation.ts'

const modelSchema = z.object({ provider: z.string(), model: z.string(), offline: z.boolean() })
/** Null is no limit. */
const limitsSchema = name(
  'PlatformLimits',
  z.object({
    requests_per_minute: z.int().nullable(),
    requests_per_minute_all: z.int().nullable(),
    tasks_at_once: z.int().nullable(),
    input_characters: z.int(),
    command_seconds: z.int(),
    sandbox_memory_bytes: z.int(),
    sandbox_processes: z.int(),
    sandbox_disk_bytes: z.int(),
  }),
)
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
    limits: limitsSchema,
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
const panicSchema = name(
  'Panic',
  z.object({
    paused: z.boolean(),
    stopped: z.array(z.object({ task_id: z.string(), input_text: z.string() })),
    previews_closed: z.int(),
    sandboxes_killed: z.int(),
    /** Until no process of a sandbox was left, in milliseconds. */
    kill_ms: z.int(),
    problems: z.array(z.string()),
  }),
)
const theState: Responses = { 200: { description: 'The state now.', schema: stateSchema } }

export const adminOperations = [
  operation({
    method: 'get',
    path: '/v1/platform',
    id: 'getPlatform',
    summary: 'The version, how well work is isolated, which models answer, and how much is taken and given.',
    access: 'signed-in',
    responses: { 200: { description: 'What the platform says of itself.', schema: platformSchema } },
    handle: async ({ deps }) => json(platformToWire(await deps.platform())),
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
    handle: async ({ deps, caller }) => {
      await deps.recorder.record(caller.principal.userId, 'setting.changed', 'claiming work', { paused: true })
      await deps.queue.setPaused(true)
      return json(await state(deps))
    },
  }),
  operation({
    method: 'post',
    path: '/v1/admin/resume',
    id: 'resume',
    summary: 'Tasks are claimed again; ends a panic, too.',
    access: 'admin',
    body: z.object({}),
    responses: theState,
    handle: async ({ deps, caller }) => {
      if ((await deps.stop.since()) !== null) await deps.stop.off(caller.principal.userId)
      await deps.recorder.record(caller.principal.userId, 'setting.changed', 'claiming work', { paused: false })
      await deps.queue.setPaused(false)
      deps.signals.publish({ type: 'work' })
      return json(await state(deps))
    },
  }),
  operation({
    method: 'post',
    path: '/v1/admin/panic',
    id: 'panic',
    summary:
      'on: every sandbox is killed, what runs is aborted, previews close, and nothing starts. off: what waits goes on. Safe to repeat.',
    access: 'admin',
    body: z.object({ on: z.boolean() }),
    responses: { 200: { description: 'What was stopped since it is on.', schema: panicSchema } },
    handle: async ({ deps, caller, body }) => {
      const by = caller.principal.userId
      if (!body.on) {
        await deps.stop.off(by)
        return json(panicJson({ tasks: [], previews: 0, sandboxes: 0, killMs: 0, problems: [] }, false))
      }
      return json(panicJson(await deps.stop.on(by), true))
    },
  }),
]

function panicJson({ tasks, previews, sandboxes, killMs, problems }: Stopped, paused: boolean): JsonObject {
  return {
    paused,
    stopped: tasks.map(({ id, inputText }) => ({ task_id: id, input_text: inputText })),
    previews_closed: previews,
    sandboxes_killed: sandboxes,
    kill_ms: Math.round(killMs),
    problems,
  }
}

async function state(deps: HttpDeps): Promise<JsonObject> {
  const [queue, usage, platform, bots] = await Promise.all([
    deps.queue.state(),
    deps.ledger.totals({ taskId: null, userId: null, since: null }),
    deps.platform(),
    deps.bots(),
  ])
  return {
    paused: queue.paused,
    counts: { ...queue.counts },
    workers: queue.workers,
    usage,
    platform: platformToWire(platform),
    bots: bots.map((bot) => ({ ...bot })),
  }
}

function platformToWire({ version, sandbox, models, limits }: PlatformReport) {
  const { requests, inputCharacters, commandMs, sandbox: room } = limits
  const orNone = (most: number) => (most === 0 ? null : most)
  return {
    version,
    sandbox,
    models,
    limits: {
      requests_per_minute: orNone(requests.perMinute),
      requests_per_minute_all: orNone(requests.perMinuteAll),
      tasks_at_once: orNone(requests.tasksAtOnce),
      input_characters: inputCharacters,
      command_seconds: Math.round(commandMs / 1_000),
      sandbox_memory_bytes: room.memoryBytes,
      sandbox_processes: room.processes,
      sandbox_disk_bytes: room.diskBytes,
    },
  }
}
