// A delivery asked for: a task of its own that waits for a person's yes to exactly these commits on their way to exactly this place.
import { repositoryOf } from '../vocabulary/code-host.ts'
import type { ApprovalBinding } from '../vocabulary/approval.ts'
import type { TaskId, ThreadId, UserId } from '../vocabulary/ids.ts'
import type { IncomingMessage } from '../vocabulary/message.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { DeliveryOrder, Task } from '../vocabulary/task.ts'
import { onOneLine, shorten } from '../vocabulary/short-text.ts'
import { approvalRequest } from './accept-request.ts'
import type { AcceptDeps } from './accept-request.ts'
import { seriesOf, titleOfTask } from './delivery-series.ts'
import type { Series } from './delivery-series.ts'
import { evolve, extend } from './evolve.ts'
import { toStorable } from './storable.ts'

/** What is left out is as the work itself says: its repository, a branch of its own, the branch it began with. */
export type WantedDelivery = {
  readonly url: string | null
  readonly branch: string | null
  readonly base: string | null
  readonly title: string | null
  readonly pullRequest: boolean
}

export type DeliverDeps = Pick<AcceptDeps, 'store' | 'signals' | 'clock' | 'ids' | 'telemetry' | 'limits'>

const BRANCH =
  /^(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|[/.]$))(?!refs\/)(?!(?:[A-Z_]*HEAD|[0-9a-f]{40}|[0-9a-f]{64})$)[A-Za-z0-9_][A-Za-z0-9_./@#+-]{0,199}$/
const TITLE = 120
const SHOWN_COMMITS = 20
const SHOWN_FILES = 20

const ALWAYS_ASKED = {
  rule: 'delivery.always-asked',
  why: 'What leaves for a repository is asked about every time.',
  classes: ['network'],
  people: 1,
} as const

export type AskedDelivery = Omit<IncomingMessage, 'text'> & {
  readonly taskId: TaskId
  readonly wanted: WantedDelivery
  /** Whose work they may send: all ids of the same person, null for owners, whose is everybody's. */
  readonly whose: readonly UserId[] | null
}

/**
 * Durable once it resolves. The same (interface, chat, externalId) again returns the first task with `created: false`. Another person's
 * task is as good as none: `not_found`.
 */
export async function acceptDelivery(
  deps: DeliverDeps,
  given: AskedDelivery,
): Promise<{ readonly task: Task; readonly created: boolean } | Refusal> {
  const { taskId, wanted, whose, ...message } = given
  const original = await deps.store.get(taskId)
  if (original === null || whose?.includes(original.userId) === false) return { type: 'not_found' }
  if (original.status !== 'completed') return { type: 'wrong_status', status: original.status, wanted: 'completed' }
  const series = original.taskType === 'dev_pipeline' ? await seriesOf(deps.store, taskId) : null
  if (series === null)
    return { type: 'invalid', field: 'task', problem: 'This task has no files that could be delivered.' }
  if (series.parts.every(({ from, to }) => from === to))
    return { type: 'invalid', field: 'task', problem: 'This task changed nothing: there is nothing to deliver.' }
  const order = orderFor(series, wanted)
  if ('problem' in order) return { type: 'invalid', ...order }
  const at = deps.clock.now()
  const text = `Deliver “${order.title}” to ${order.url}`
  const request = toStorable({ ...message, text })
  const created = {
    type: 'task.created',
    data: {
      user_id: request.author,
      thread_id: deps.ids.next<ThreadId>(),
      input_text: text,
      task_type: 'delivery',
      interface: request.interface,
      source: { type: 'task', task_id: taskId, commit: series.tip },
      delivery: order,
    },
    task_id: deps.ids.next<TaskId>(),
    seq: 1,
    at,
  } as const
  const expiresAt = new Date(at.getTime() + deps.limits.approvalMs)
  const terms = { ...deliveryTerms(series, order, request.author), expiresAt, estimate: null, policy: ALWAYS_ASKED }
  const { events, next } = extend(
    evolve(null, created),
    [
      {
        type: 'task.routed',
        data: {
          intent: 'command',
          task_type: 'delivery',
          confidence: 1,
          summary: 'Finished work is to go to its repository.',
          plan: `Push it to ${order.branch} of ${order.url}${order.pull_request ? ' and open a pull request' : ''}.`,
          needs_confirmation: true,
          command: null,
          ask: null,
          source: null,
        },
      },
      approvalRequest(deps.ids, terms),
    ],
    at,
  )
  const accepted = await deps.store.accept(request, next, [created, ...events])
  if (accepted.created) {
    deps.telemetry.count('tasks_accepted_total', { interface: request.interface })
    deps.signals.publish({ type: 'task', taskId: accepted.task.id, seq: accepted.task.lastSeq })
  }
  return accepted
}

/** What a yes to a delivery is to: the same series, order and person give the same, whenever they are looked at. Pure. */
export function deliveryTerms(
  { task, parts, tip }: Series,
  { url, branch, base, title, pull_request }: DeliveryOrder,
  person: UserId,
): { readonly kind: 'delivery'; readonly subject: string; readonly binding: ApprovalBinding } {
  const commits = parts.filter(({ from, to }) => from !== to)
  const files = task.result?.changed_files ?? []
  const more = (count: number, shown: number): readonly string[] =>
    count > shown ? [`… and ${count - shown} more`] : []
  const from = base === null ? 'its default branch' : base
  const subject = [
    `Push ${commits.length === 1 ? '1 commit' : `${commits.length} commits`} to ${url}`,
    `Branch: ${branch}${branch === base ? ' itself' : `, from ${from}`}`,
    pull_request ? `Pull request into ${from}: ${title}` : 'No pull request',
    'Commits:',
    ...commits.slice(0, SHOWN_COMMITS).map((part) => `- ${part.title}`),
    ...more(commits.length, SHOWN_COMMITS),
    ...(files.length === 0 ? [] : ['Files of the last task:']),
    ...files.slice(0, SHOWN_FILES).map((file) => `- ${shorten(onOneLine(file), 200)}`),
    ...more(files.length, SHOWN_FILES),
  ].join('\n')
  return { kind: 'delivery', subject, binding: { where: 'sandbox', person, tree: tip, tokens: 0 } }
}

type OrderProblem = { readonly field: string; readonly problem: string }

function orderFor(series: Series, wanted: WantedDelivery): DeliveryOrder | OrderProblem {
  const { task, repository } = series
  const given = wanted.url ?? repository?.url ?? null
  if (given === null)
    return { field: 'url', problem: 'This work began with no repository: say which one it goes to, with its URL.' }
  const named = repositoryOf(given)
  if (named.type === 'invalid') return { field: 'url', problem: named.problem }
  const title = shorten(onOneLine(wanted.title ?? titleOfTask(task)).trim(), TITLE)
  const branch = wanted.branch ?? `factotum/${slug(title)}-${task.id.slice(-8)}`
  const isItsOwn = repository !== null && samePlace(repository.url, given)
  const base = wanted.base ?? (isItsOwn ? repository.branch : null)
  for (const [field, name] of Object.entries({ branch, base })) {
    if (name !== null && !BRANCH.test(name))
      return { field, problem: `${JSON.stringify(name.slice(0, 80))} can't be the name of a branch.` }
  }
  if (wanted.pullRequest && branch === base)
    return { field: 'branch', problem: 'A pull request comes from a branch of its own.' }
  if (title === '') return { field: 'title', problem: 'The title is empty.' }
  return { url: given.trim(), branch, base, title, pull_request: wanted.pullRequest }
}

function samePlace(one: string, other: string): boolean {
  const [a, b] = [repositoryOf(one), repositoryOf(other)]
  return (
    a.type === 'repository' &&
    b.type === 'repository' &&
    a.place.origin === b.place.origin &&
    a.place.path === b.place.path
  )
}

/** Of addresses in it nothing readable would be left. */
function slug(title: string): string {
  const words = title
    .replaceAll(/https?:\/\/\S+/gi, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return words.slice(0, 40).replace(/-+$/, '') || 'work'
}
