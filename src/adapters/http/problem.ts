// Every "no" that this interface says, in the one shape of RFC 9457 (application/problem+json).
import { STATUS_CODES } from 'node:http'
import type { ZodError } from 'zod'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { Refusal } from '../../core/vocabulary/refusal.ts'

export type FieldProblem = { readonly field: string; readonly problem: string }

export type Problem = {
  readonly type: 'problem'
  readonly status: number
  /** For programs: stable, snake_case. */
  readonly code: string
  /** For people: what is wrong and what to do, one or two sentences. */
  readonly detail: string
  readonly errors?: readonly FieldProblem[]
  readonly extra?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
}

type More = Pick<Problem, 'errors' | 'extra' | 'headers'>

export function problem(status: number, code: string, detail: string, more: More = {}): Problem {
  return { type: 'problem', status, code, detail, ...more }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'problem'
}

/** Also what is said about somebody else's task: that it exists is nobody's business. */
export const NOT_FOUND = problem(404, 'not_found', 'There is nothing here under this address.')
export const NO_SUCH_TASK = problem(404, 'task_not_found', 'There is no task with this id that you may see.')
export const NO_SUCH_THREAD = problem(
  404,
  'thread_not_found',
  'There is no conversation with this id that you may see.',
)

const MAX_FIELDS = 20

export function invalid(error: ZodError): Problem {
  const errors = error.issues.slice(0, MAX_FIELDS).map((issue) => ({
    field: issue.path.map(String).join('.').slice(0, 200),
    problem: issue.message.slice(0, 300),
  }))
  const first = errors[0]
  const where = first === undefined || first.field === '' ? 'The request' : first.field
  return problem(400, 'invalid_request', `${where}: ${first?.problem ?? 'not valid'}.`, { errors })
}

export function invalidField(field: string, text: string): Problem {
  return problem(400, 'invalid_request', `${field}: ${text}`, { errors: [{ field, problem: text }] })
}

export function refusalToProblem(refusal: Refusal): Problem {
  switch (refusal.type) {
    case 'not_found':
      return NO_SUCH_TASK
    case 'invalid':
      return invalidField(refusal.field ?? 'input_text', refusal.problem)
    case 'wrong_status':
      return problem(409, refusal.type, `The task is ${refusal.status}; this needs ${refusal.wanted}.`, {
        extra: { task_status: refusal.status },
      })
    case 'already_over':
      return problem(409, refusal.type, `The task is over already: it is ${refusal.status}.`, {
        extra: { task_status: refusal.status },
      })
    case 'wrong_approval':
      return problem(409, refusal.type, 'This is not the approval that the task is waiting for.')
    case 'approval_expired':
      return problem(409, refusal.type, 'The approval has expired; start the task again.')
    case 'lost_lease':
      return problem(409, refusal.type, 'The lease was lost: another worker may hold this task. Stop working on it.')
    case 'denied':
      return problem(403, 'denied_by_policy', `${refusal.why} (Rule ${refusal.rule}.)`)
    case 'not_a_workers':
      return problem(403, refusal.type, `A worker may not record ${refusal.event}: that is a person's to cause.`)
  }
}

export function problemToJson(it: Problem): string {
  const title = STATUS_CODES[it.status] ?? 'Problem'
  const errors = it.errors === undefined ? {} : { errors: it.errors }
  return JSON.stringify({
    ...it.extra,
    type: 'about:blank',
    title,
    status: it.status,
    code: it.code,
    detail: it.detail,
    ...errors,
  })
}

export function problemHeaders(it: Problem): Readonly<Record<string, string>> {
  return { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...it.headers }
}

export function problemToResponse(it: Problem): Response {
  return new Response(problemToJson(it), { status: it.status, headers: { ...problemHeaders(it) } })
}
