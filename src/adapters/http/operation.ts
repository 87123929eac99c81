// One operation of the API: a description that becomes OpenAPI, and the fixed order in which a request is checked:
// who asks, may they, does the thing exist, is the input right. Only then does the handler run.
import { z } from 'zod'
import type { TaskId, ThreadId } from '../../core/vocabulary/ids.ts'
import type { Thread } from '../../core/vocabulary/message.ts'
import type { Scope } from '../../core/vocabulary/principal.ts'
import type { Refusal } from '../../core/vocabulary/refusal.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import { authenticate, mayRead, maySee } from './authenticate.ts'
import type { Caller, Claimed } from './authenticate.ts'
import type { CredentialCheck } from './credential-check.ts'
import type { HttpConfig, HttpDeps } from './deps.ts'
import { forgeryProblem } from './origins.ts'
import { invalid, isProblem, NO_SUCH_TASK, NO_SUCH_THREAD, problem, refusalToProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { readJson } from './read-body.ts'

export type Incoming = {
  readonly deps: HttpDeps
  readonly config: HttpConfig
  readonly check: CredentialCheck
  readonly request: Request
  readonly url: URL
  readonly params: Readonly<Record<string, string>>
  /** The other end of the connection. */
  readonly remoteAddress: string | null
}

export type Call<Query, Body> = Incoming & { readonly query: Query; readonly body: Body }
export type CallerCall<Query, Body> = Call<Query, Body> & { readonly caller: Caller }
export type TaskCall<Query, Body> = CallerCall<Query, Body> & { readonly task: Task }
export type ThreadCall<Query, Body> = CallerCall<Query, Body> & { readonly thread: Thread }
/** Before its input is known. */
export type Asked = Incoming & { readonly caller: Caller }
type Answer = Promise<Response | Problem>

export type Responses = Readonly<
  Record<number, { readonly description: string; readonly schema?: z.ZodType; readonly mediaType?: string }>
>

type Description = {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** As in OpenAPI: `/v1/tasks/{task_id}`. */
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly responses: Responses
  /** The body is read by the handler: described here, checked there. */
  readonly rawBody?: readonly string[]
}

export type Operation = Description & {
  readonly access: Scope | 'signed-in' | 'anyone'
  readonly query: z.ZodType | null
  readonly body: z.ZodType | null
  readonly answer: (incoming: Incoming) => Answer
}

type Inputs<Query extends z.ZodType, Body extends z.ZodType> = {
  readonly query?: Query
  readonly body?: Body
  /** Of the body, in bytes; the configured limit for JSON otherwise. */
  readonly large?: boolean
}

const NOTHING = z.object({})
type Nothing = typeof NOTHING

/** For anyone, signed in or not. */
export function openOperation<Query extends z.ZodType = Nothing, Body extends z.ZodType = Nothing>(
  it: Description & Inputs<Query, Body> & { readonly handle: (call: Call<z.output<Query>, z.output<Body>>) => Answer },
): Operation {
  return describe(it, 'anyone', async (incoming) => {
    const forged = incoming.request.method === 'GET' ? null : forgeryIfABrowser(incoming)
    if (forged !== null) return forged
    const input = await readInput(incoming, it)
    return isProblem(input) ? input : it.handle({ ...incoming, ...input })
  })
}

/** For callers with the scope. */
export function operation<Query extends z.ZodType = Nothing, Body extends z.ZodType = Nothing>(
  it: Description &
    Inputs<Query, Body> & {
      readonly access: Scope | 'signed-in'
      /** Why what the path names is not there for the caller; asked before the input is looked at. */
      readonly missing?: (incoming: Asked) => Promise<Problem | null>
      readonly handle: (call: CallerCall<z.output<Query>, z.output<Body>>) => Answer
    },
): Operation {
  return describe(it, it.access, async (incoming) => {
    const caller = await admit(incoming, it.access)
    if (isProblem(caller)) return caller
    const missing = (await it.missing?.({ ...incoming, caller })) ?? null
    if (missing !== null) return missing
    const input = await readInput(incoming, it)
    return isProblem(input) ? input : it.handle({ ...incoming, ...input, caller })
  })
}

/** For callers with the scope, on one task of theirs; `any` task for workers. */
export function taskOperation<Query extends z.ZodType = Nothing, Body extends z.ZodType = Nothing>(
  it: Description &
    Inputs<Query, Body> & {
      readonly access: Scope
      readonly tasks?: 'own' | 'any'
      readonly handle: (call: TaskCall<z.output<Query>, z.output<Body>>) => Answer
    },
): Operation {
  return describe(it, it.access, async (incoming) => {
    const caller = await admit(incoming, it.access)
    if (isProblem(caller)) return caller
    const task = await findTask(incoming.deps, incoming.params['task_id'] ?? '')
    if (task === null || (it.tasks !== 'any' && !maySee(caller.principal, task))) return NO_SUCH_TASK
    const input = await readInput(incoming, it)
    return isProblem(input) ? input : it.handle({ ...incoming, ...input, caller, task })
  })
}

/** For callers with the scope, in one conversation that they may read. */
export function threadOperation<Query extends z.ZodType = Nothing, Body extends z.ZodType = Nothing>(
  it: Description &
    Inputs<Query, Body> & {
      readonly access: Scope
      readonly handle: (call: ThreadCall<z.output<Query>, z.output<Body>>) => Answer
    },
): Operation {
  return describe(it, it.access, async (incoming) => {
    const caller = await admit(incoming, it.access)
    if (isProblem(caller)) return caller
    const thread = await findThread(incoming.deps, caller, incoming.params['thread_id'] ?? '')
    if (thread === null) return NO_SUCH_THREAD
    const input = await readInput(incoming, it)
    return isProblem(input) ? input : it.handle({ ...incoming, ...input, caller, thread })
  })
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** What is no id is the id of nothing: the store is not asked. */
export async function findTask(deps: HttpDeps, id: string): Promise<Task | null> {
  return isUuid(id) ? deps.store.get(id as TaskId) : null
}

/** Null also where it is not the caller's to read. */
export async function findThread(deps: HttpDeps, caller: Caller, id: string): Promise<Thread | null> {
  const thread = isUuid(id) ? await deps.conversations.thread(id as ThreadId) : null
  return thread !== null && mayRead(caller.principal, thread) ? thread : null
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  })
}

export function isRefusal<Value extends object>(value: Value | Refusal): value is Refusal {
  return 'type' in value
}

/** The value as a response, or the refusal as a problem. */
export function refusedOr<Value extends object>(value: Value | Refusal, toJson: (value: Value) => unknown) {
  return isRefusal(value) ? refusalToProblem(value) : json(toJson(value))
}

export function hasScope(caller: Caller, scope: Scope | 'signed-in'): boolean {
  return scope === 'signed-in' || caller.principal.scopes.includes(scope)
}

export function scopeProblem(scope: string): Problem {
  return problem(403, 'missing_scope', `This needs the scope ${scope}, which your credential does not carry.`)
}

async function admit(incoming: Incoming, access: Scope | 'signed-in'): Promise<Caller | Problem> {
  const { deps, check, config, request } = incoming
  const caller = await authenticate({ clock: deps.clock, check }, config, claimedBy(request))
  if (isProblem(caller)) return caller
  return hasScope(caller, access) ? caller : scopeProblem(access)
}

export function claimedBy(request: Request): Claimed {
  const { headers } = request
  return {
    method: request.method,
    host: headers.get('host'),
    origin: headers.get('origin'),
    site: headers.get('sec-fetch-site'),
    websocket: false,
    authorization: headers.get('authorization'),
    cookie: headers.get('cookie'),
    protocols: null,
  }
}

/** Programs send neither header; a browser always sends one of them with what could do harm. */
function forgeryIfABrowser(incoming: Incoming): Problem | null {
  const claimed = claimedBy(incoming.request)
  return claimed.origin === null && claimed.site === null ? null : forgeryProblem(incoming.config, claimed)
}

async function readInput<Query extends z.ZodType, Body extends z.ZodType>(
  incoming: Incoming,
  it: Inputs<Query, Body>,
): Promise<{ query: z.output<Query>; body: z.output<Body> } | Problem> {
  const query = (it.query ?? NOTHING).safeParse(Object.fromEntries(incoming.url.searchParams))
  if (!query.success) return invalid(query.error)
  const { workerBytes, jsonBytes } = incoming.config.limits
  const sent = it.body === undefined ? {} : await readJson(incoming.request, it.large ? workerBytes : jsonBytes)
  if (isProblem(sent)) return sent
  const body = (it.body ?? NOTHING).safeParse(sent)
  if (!body.success) return invalid(body.error)
  // Both are what their own schemas gave out; the compiler can't follow that through the default.
  return { query: query.data as z.output<Query>, body: body.data as z.output<Body> }
}

function describe<Query extends z.ZodType, Body extends z.ZodType>(
  it: Description & Inputs<Query, Body>,
  access: Operation['access'],
  answer: Operation['answer'],
): Operation {
  const { method, path, id, summary, responses } = it
  const raw = it.rawBody === undefined ? {} : { rawBody: it.rawBody }
  return {
    method,
    path,
    id,
    summary,
    responses,
    ...raw,
    access,
    query: it.query ?? null,
    body: it.body ?? null,
    answer,
  }
}
