// Workers that reach the platform over HTTP alone: claim, keep the lease, append under it, finish.
import { z } from 'zod'
import type { TaskEventBody } from '../../core/vocabulary/event.ts'
import type { TaskId, WorkerId } from '../../core/vocabulary/ids.ts'
import type { Refusal } from '../../core/vocabulary/refusal.ts'
import type { Task, TaskResult } from '../../core/vocabulary/task.ts'
import type { HeldClaim } from '../../core/ports/task-queue.ts'
import { eventBodySchema, name, taskResultSchema } from './event-schemas.ts'
import { json, operation, refusedOr, taskOperation } from './operation.ts'
import type { Responses, TaskCall } from './operation.ts'
import { invalidField, isProblem, refusalToProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { taskSchema, taskToWire } from './wire.ts'

const DEFAULT_LEASE_SECONDS = 60
const TOKEN_HEADER = 'X-Fencing-Token'

const token = z.string().regex(/^\d{1,19}$/, 'a fencing token is a whole number, as text')
const workerId = z.string().regex(/^[\w.:-]{1,100}$/, '1 to 100 letters, digits or . : _ -')
const leaseSeconds = z.coerce.number().int().min(5).max(600).default(DEFAULT_LEASE_SECONDS)
const withToken = z.object({ token: token.optional() })
const theTask: Responses = { 200: { description: 'The task after it.', schema: taskSchema } }
const lease = name('Lease', z.object({ state: z.enum(['held', 'aborting', 'lost']) }))
const theLease: Responses = { 200: { description: 'What became of the claim.', schema: lease } }
const beat = z.object({ worker_id: workerId, token: token.optional(), lease_seconds: leaseSeconds })
const claims = name(
  'ClaimList',
  z.object({ items: z.array(z.object({ task: taskSchema, token: z.string(), attempt: z.int() })) }),
)

/** Each end has an operation of its own, which takes its evidence apart. */
const ENDS: ReadonlySet<TaskEventBody['type']> = new Set(['task.completed', 'task.failed', 'task.aborted'])

export const workerOperations = [
  operation({
    method: 'post',
    path: '/v1/workers/claim',
    id: 'claimTasks',
    summary: 'Claim what waits longest. An empty list: nothing to do now.',
    access: 'worker',
    body: z.object({
      worker_id: workerId,
      limit: z.int().min(1).max(20).default(1),
      lease_seconds: leaseSeconds,
      task_id: z.uuid().nullish(),
    }),
    responses: { 200: { description: 'The claims.', schema: claims } },
    handle: async ({ deps, body }) => {
      const only = body.task_id == null ? null : (body.task_id as TaskId)
      const worker = body.worker_id as WorkerId
      const claimed = await deps.queue.claim({ worker, limit: body.limit, leaseMs: body.lease_seconds * 1_000, only })
      return json({
        items: claimed.map((claim) => ({
          task: taskToWire(claim.task),
          token: String(claim.token),
          attempt: claim.attempt,
        })),
      })
    },
  }),
  taskOperation({
    method: 'post',
    path: '/v1/workers/{task_id}/events',
    id: 'appendEvents',
    summary: 'Append to the log under the claim: all of them or none.',
    access: 'worker',
    tasks: 'any',
    large: true,
    body: withToken.extend({ events: z.array(eventBodySchema).min(1).max(500) }),
    responses: theTask,
    handle: async (call) => {
      const held = claimOf(call, call.body.token)
      if (isProblem(held)) return held
      const end = call.body.events.findIndex((event) => ENDS.has(event.type))
      if (end >= 0) return invalidField(`events.${end}.type`, 'an end is told to /complete, /fail or /aborted')
      return append(call, held, call.body.events as readonly TaskEventBody[])
    },
  }),
  taskOperation({
    method: 'post',
    path: '/v1/workers/{task_id}/heartbeat',
    id: 'renewLease',
    summary: 'Extend the lease, and learn whether to stop.',
    access: 'worker',
    tasks: 'any',
    body: beat,
    responses: theLease,
    handle: (call) => renew(call, call.body),
  }),
  taskOperation({
    method: 'get',
    path: '/v1/workers/{task_id}/heartbeat',
    id: 'renewLeaseByGet',
    summary: 'The same, for workers that can only GET.',
    access: 'worker',
    tasks: 'any',
    query: beat,
    responses: theLease,
    handle: (call) => renew(call, call.query),
  }),
  taskOperation({
    method: 'post',
    path: '/v1/workers/{task_id}/complete',
    id: 'completeTask',
    summary: 'The task is done; its result holds the evidence.',
    access: 'worker',
    tasks: 'any',
    large: true,
    body: withToken.extend({ result: taskResultSchema }),
    responses: theTask,
    handle: async (call) => {
      const held = claimOf(call, call.body.token)
      if (isProblem(held)) return held
      return append(call, held, [{ type: 'task.completed', data: { result: call.body.result as TaskResult } }])
    },
  }),
  taskOperation({
    method: 'post',
    path: '/v1/workers/{task_id}/fail',
    id: 'failTask',
    summary: 'The task failed; `error` is one sentence for a person.',
    access: 'worker',
    tasks: 'any',
    large: true,
    body: withToken.extend({ error: z.string().min(1).max(4_000), result: taskResultSchema.nullish() }),
    responses: theTask,
    handle: async (call) => {
      const held = claimOf(call, call.body.token)
      if (isProblem(held)) return held
      const result = call.body.result == null ? null : (call.body.result as TaskResult)
      return append(call, held, [{ type: 'task.failed', data: { error: call.body.error, result } }])
    },
  }),
  taskOperation({
    method: 'post',
    path: '/v1/workers/{task_id}/aborted',
    id: 'acknowledgeAbort',
    summary: 'The work has stopped, as it was told to.',
    access: 'worker',
    tasks: 'any',
    body: withToken.extend({ reason: z.string().min(1).max(4_000).default('The worker stopped the work.') }),
    responses: theTask,
    handle: async (call) => {
      const held = claimOf(call, call.body.token)
      if (isProblem(held)) return held
      const data = { by: call.caller.principal.userId, reason: call.body.reason }
      return append(call, held, [{ type: 'task.aborted', data }])
    },
  }),
]

type WorkerCall = TaskCall<unknown, unknown>

/** The token stands in the body or query, or in the header. */
function claimOf(call: WorkerCall, given: string | undefined): HeldClaim | Problem {
  const text = token.safeParse(given ?? call.request.headers.get(TOKEN_HEADER))
  if (!text.success) return invalidField('token', `give the fencing token in the body or as ${TOKEN_HEADER}`)
  const value = BigInt(text.data)
  // Beyond the range of PostgreSQL's bigint there was never a claim.
  if (value > 9_223_372_036_854_775_807n) return refusalToProblem({ type: 'lost_lease' })
  return { taskId: call.task.id, token: value }
}

async function renew(call: WorkerCall, given: z.output<typeof beat>): Promise<Response | Problem> {
  const held = claimOf(call, given.token)
  if (isProblem(held)) return held
  const renewals = await call.deps.queue.renew(given.worker_id as WorkerId, [held], given.lease_seconds * 1_000)
  return json({ state: renewals.find((it) => it.taskId === held.taskId)?.state ?? 'lost' })
}

async function append(
  call: WorkerCall,
  held: HeldClaim,
  bodies: readonly TaskEventBody[],
): Promise<Response | Problem> {
  const appended: Task | Refusal = await call.deps.appendUnderClaim(held, bodies)
  return refusedOr(appended, taskToWire)
}
