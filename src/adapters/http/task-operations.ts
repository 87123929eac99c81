// Tasks over HTTP: start one, look at it and its log, and say yes, no or stop.
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { KEPT_COMMENT } from '../../core/approval/standing.ts'
import { archiveKind } from '../../core/vocabulary/archive-kind.ts'
import { gitSourceProblem } from '../../core/crew/git-source.ts'
import { repositoryOf } from '../../core/vocabulary/code-host.ts'
import type { ApprovalId, TaskId, UserId } from '../../core/vocabulary/ids.ts'
import { ASKED_TYPES, TASK_STATUSES } from '../../core/vocabulary/task.ts'
import type { Task, TaskStatus, TaskType, WorkspaceSource } from '../../core/vocabulary/task.ts'
import { mayHave } from './artifact-operations.ts'
import { maySee, ownIds } from './authenticate.ts'
import type { Caller } from './authenticate.ts'
import type { HttpDeps } from './deps.ts'
import { workspaceSourceSchema } from './event-schemas.ts'
import { findTask, hasScope, isRefusal, json, operation, refusedOr, scopeProblem, taskOperation } from './operation.ts'
import type { Responses, TaskCall } from './operation.ts'
import { invalidField, problem, refusalToProblem } from './problem.ts'
import { limitProblem } from './request-limit.ts'
import type { Problem } from './problem.ts'
import { templateSource } from './template-operations.ts'
import { eventSchema, eventToWire, hintSchema, listOf, taskPageToWire, taskSchema, taskToWire } from './wire.ts'

const EVENTS_PAGE = 1_000
const RESEND = 'Idempotency-Key'

const theTask: Responses = { 200: { description: 'The task as it is now.', schema: taskSchema } }
const taskPage = listOf('TaskPage', taskSchema)
const eventPage = listOf('TaskEventPage', eventSchema)
const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const cursor = z.string().regex(/^[\w.~=:+/-]{1,512}$/, 'not a cursor that was given out')

/** `a,b` -> the statuses; each must be one. */
const statuses = z
  .string()
  .max(200)
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(TASK_STATUSES)))

const answerBody = z.object({
  approval_id: z.uuid().nullish(),
  comment: z.string().max(4_000).nullish(),
})

const approveBody = answerBody.extend({ always: z.boolean().nullish() })

export const taskOperations = [
  operation({
    method: 'post',
    path: '/v1/tasks',
    id: 'createTask',
    summary: `Start a task. With the header ${RESEND} the same key again answers with the first task.`,
    access: 'tasks:write',
    body: z.object({
      input_text: z.string(),
      task_type: z.enum(ASKED_TYPES).nullish(),
      source: workspaceSourceSchema.nullish(),
    }),
    responses: {
      201: { description: 'Accepted: recorded durably.', schema: taskSchema },
      200: { description: 'The task that this key started before.', schema: taskSchema },
    },
    handle: async ({ deps, config, caller, body, request }) => {
      const key = request.headers.get(RESEND)
      if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key)) {
        return invalidField(RESEND, 'give 1 to 200 visible ASCII characters')
      }
      const source = body.source == null ? ({ type: 'empty' } as const) : (body.source as WorkspaceSource)
      const denied = await sourceProblem(deps, caller, source)
      if (denied !== null) return denied
      const { userId } = caller.principal
      const from = { interface: caller.via === 'session' ? 'console' : 'http', chat: userId } as const
      // Sent again, it is the same request and not one more.
      const again = async () =>
        key !== null && (await deps.conversations.findMessage(from.interface, from.chat, `key:${key}`)) !== null
      const limited = await limitProblem(deps, config, caller, { startsWork: true, again })
      if (limited !== null) return limited
      const accepted = await deps.acceptRequest({
        ...from,
        externalId: key === null ? deps.ids.next() : `key:${key}`,
        author: userId,
        text: body.input_text,
        raw: { input_text: body.input_text, task_type: body.task_type ?? null },
        taskType: body.task_type ?? null,
        source,
      })
      if (isRefusal(accepted)) return refusalToProblem(accepted)
      const { task, created } = accepted
      const location = `/v1/tasks/${task.id}`
      if (created) return json(taskToWire(task), 201, { location })
      if (!(await isSameRequest(deps, task, body.task_type ?? null, body.input_text, source))) {
        return problem(409, 'idempotency_key_reused', `This ${RESEND} was sent before with another request.`)
      }
      return json(taskToWire(task), 200, { location })
    },
  }),
  operation({
    method: 'get',
    path: '/v1/tasks',
    id: 'listTasks',
    summary: "The caller's tasks (an owner's: everybody's), newest first. `status` takes several, comma-separated.",
    access: 'tasks:read',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: cursor.optional(),
      status: statuses.optional(),
    }),
    responses: { 200: { description: 'A page of tasks.', schema: taskPage } },
    handle: async ({ deps, caller, query }) => {
      const mine = ownIds(caller.principal)
      const wanted: readonly TaskStatus[] | null = query.status ?? null
      const filter = { userId: mine, statuses: wanted, limit: query.limit, cursor: query.cursor ?? null }
      return json(taskPageToWire(await deps.store.list(filter)))
    },
  }),
  taskOperation({
    method: 'get',
    path: '/v1/tasks/{task_id}',
    id: 'getTask',
    summary: 'One task.',
    access: 'tasks:read',
    responses: theTask,
    handle: async ({ task }) => json(taskToWire(task)),
  }),
  taskOperation({
    method: 'get',
    path: '/v1/tasks/{task_id}/events',
    id: 'listEvents',
    summary: 'The log after `after`, oldest first. `cursor` of an earlier page does the same.',
    access: 'tasks:read',
    query: z.object({
      after: seq.default(0),
      cursor: seq.optional(),
      limit: z.coerce.number().int().min(1).max(EVENTS_PAGE).default(EVENTS_PAGE),
    }),
    responses: { 200: { description: 'A page of the log.', schema: eventPage } },
    handle: async ({ deps, task, query }) => {
      const events = await deps.store.events(task.id, query.cursor ?? query.after, query.limit)
      const last = events.at(-1)
      const more = last !== undefined && events.length === query.limit && last.seq < task.lastSeq
      return json({ items: events.map(eventToWire), next_cursor: more ? String(last.seq) : null })
    },
  }),
  taskOperation({
    method: 'get',
    path: '/v1/tasks/{task_id}/stream',
    id: 'streamTask',
    summary:
      'A WebSocket: each frame is one event after `after`, as it is recorded; closes with 1000 once the task is over. ' +
      'Browsers without a session send the token as the subprotocol `bearer.<token>`.',
    access: 'tasks:read',
    query: z.object({ after: seq.default(0) }),
    responses: { 101: { description: 'Frames of events.', schema: eventSchema } },
    handle: async () => upgradeRequired(),
  }),
  operation({
    method: 'get',
    path: '/v1/stream',
    id: 'streamHints',
    summary: "A WebSocket: a hint whenever one of the caller's tasks changed, the newest tasks first.",
    access: 'tasks:read',
    responses: { 101: { description: 'Frames of hints.', schema: hintSchema } },
    handle: async () => upgradeRequired(),
  }),
  taskOperation({
    method: 'post',
    path: '/v1/tasks/{task_id}/approve',
    id: 'approveTask',
    summary:
      'Say yes to exactly what the task asks for: to `approval_id`, or to the one that is pending. Whoever asked for work says OK to it ' +
      'with `tasks:write`; a command takes `tasks:approve`. With `always`, for owners, this very text is not asked about again: a command ' +
      'whenever the same person asks for it, what agents do, hosts and secrets in the same conversation.',
    access: 'tasks:write',
    body: approveBody,
    responses: theTask,
    handle: (call) => (call.body.always === true ? answerForGood(call) : answer(call, 'approve')),
  }),
  taskOperation({
    method: 'post',
    path: '/v1/tasks/{task_id}/reject',
    id: 'rejectTask',
    summary:
      'Say no. What waited to begin is aborted; work that has begun goes on without what it asked for. The scopes are as for a yes.',
    access: 'tasks:write',
    body: answerBody,
    responses: theTask,
    handle: (call) => answer(call, 'reject'),
  }),
  taskOperation({
    method: 'post',
    path: '/v1/tasks/{task_id}/abort',
    id: 'abortTask',
    summary: 'Stop the task. Asking again while it stops changes nothing.',
    access: 'tasks:write',
    body: z.object({ reason: z.string().max(4_000).nullish() }),
    responses: theTask,
    handle: async ({ deps, config, task, caller, body }) => {
      if (!config.requesterAbort && caller.principal.role !== 'owner')
        return problem(403, 'owners_only', 'Only owners stop tasks here. Ask one of them.')
      const reason = body.reason ?? 'Stopped by hand.'
      return refusedOr(
        await deps.applyCommand(task.id, { type: 'abort', by: caller.principal.userId, reason }),
        taskToWire,
      )
    },
  }),
]

async function answer(
  call: TaskCall<unknown, z.output<typeof answerBody>>,
  type: 'approve' | 'reject',
): Promise<Response | Problem> {
  const { approval_id, comment } = call.body
  if (call.task.approval?.kind !== 'plan' && !hasScope(call.caller, 'tasks:approve'))
    return scopeProblem('tasks:approve')
  const by: UserId = call.caller.principal.userId
  const approvalId = approval_id == null ? null : (approval_id as ApprovalId)
  return refusedOr(
    await call.deps.applyCommand(call.task.id, { type, approvalId, by, comment: comment ?? null }),
    taskToWire,
  )
}

/** The rule is made first: should the answer be lost, the rule gives it. */
async function answerForGood(call: TaskCall<unknown, z.output<typeof approveBody>>): Promise<Response | Problem> {
  const { deps, task, caller, body } = call
  if (caller.principal.role !== 'owner')
    return problem(403, 'owners_only', 'Only owners say for good what is not asked about again.')
  if (!hasScope(caller, 'tasks:approve')) return scopeProblem('tasks:approve')
  const approvalId = body.approval_id ?? task.approval?.id ?? null
  const kept =
    approvalId === null ? 'answered' : await deps.keepRule(task, approvalId as ApprovalId, caller.principal.userId)
  if (kept === 'no_rule')
    return problem(409, 'asked_every_time', 'This can not be approved for good: it is asked about every time.')
  return answer({ ...call, body: { ...body, comment: body.comment ?? KEPT_COMMENT } }, 'approve')
}

/** Compared with how the task was born: routing may have given it a type since. */
async function isSameRequest(
  deps: HttpDeps,
  task: Task,
  type: TaskType | null,
  text: string,
  source: WorkspaceSource,
): Promise<boolean> {
  const [birth] = await deps.store.events(task.id, 0, 1)
  if (birth?.type !== 'task.created') return false
  return birth.data.input_text === text && birth.data.task_type === type && isDeepStrictEqual(birth.data.source, source)
}

/** A directory of the worker's machine can hold anything, so only who owns the machine may name one. */
async function sourceProblem(deps: HttpDeps, caller: Caller, source: WorkspaceSource): Promise<Problem | null> {
  if (source.type === 'directory' && !hasScope(caller, 'admin')) return scopeProblem('admin')
  if (source.type === 'git') {
    const named = repositoryOf(source.url)
    if (named.type === 'invalid') return invalidField('source.url', named.problem)
    const problemOfIt = gitSourceProblem(source)
    return problemOfIt === null ? null : invalidField('source', problemOfIt)
  }
  if (source.type === 'archive') {
    const artifact = await deps.artifacts.get(source.artifact_id)
    if (artifact === null || !(await mayHave(deps, caller, artifact)))
      return invalidField('source.artifact_id', 'there is no artifact with this id that you may see')
    if (archiveKind(artifact.name) === null)
      return invalidField('source.artifact_id', 'it is no .zip, .tar, .tar.gz or .tgz')
    return null
  }
  if (source.type === 'template') {
    const found = await templateSource(deps, source.name, 'source.name')
    return 'status' in found ? found : null
  }
  if (source.type !== 'task') return null
  const from = await findTask(deps, source.task_id satisfies TaskId)
  const visible = from !== null && maySee(caller.principal, from)
  return visible ? null : invalidField('source.task_id', 'there is no task with this id that you may see')
}

function upgradeRequired(): Problem {
  return problem(426, 'upgrade_required', 'This address speaks WebSocket.', { headers: { upgrade: 'websocket' } })
}
