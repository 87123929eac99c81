// Finished work as a series of commits: what the log of a task, and of those that it went on from, says was done, one commit for each part.
import type { TaskStore } from '../ports/task-store.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import type { CommitId, TaskId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import { onOneLine, shorten } from '../vocabulary/short-text.ts'
import type { Task } from '../vocabulary/task.ts'
import { readLog } from './read-log.ts'

export type SeriesPart = {
  /** One line, at most 72 characters. */
  readonly title: string
  readonly taskId: TaskId
  /** Both are in the history of the newest task. */
  readonly from: CommitId
  readonly to: CommitId
  readonly at: Date
}

export type Series = {
  readonly task: Task
  /** The repository that it began with; null where it began with something else. */
  readonly repository: SeriesRepository | null
  /** Oldest first. What they change may be nothing. */
  readonly parts: readonly SeriesPart[]
  readonly tip: CommitId
}

export type SeriesRepository = { readonly url: string; readonly branch: string | null; readonly head: string }

type Link = {
  readonly task: Task
  readonly repository: SeriesRepository | null
  readonly parts: readonly SeriesPart[]
  readonly source: { readonly taskId: TaskId; readonly commit: CommitId | null } | null
}

/** Longer chains begin in the middle. */
const MOST_LINKS = 30
const TITLE = 72
const HEAD = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Null where the task has no files. */
export async function seriesOf(store: Pick<TaskStore, 'get' | 'events'>, taskId: TaskId): Promise<Series | null> {
  const links: Link[] = []
  let next: { readonly taskId: TaskId; readonly commit: CommitId | null } | null = { taskId, commit: null }
  while (next !== null && links.length < MOST_LINKS) {
    const task: Task | null = await store.get(next.taskId)
    const link: Link | null = task === null ? null : linkOf(task, await readLog(store, next.taskId), next.commit)
    if (link === null) break
    links.unshift(link)
    next = link.source
  }
  const newest = links.at(-1)
  const parts = links.flatMap((link) => link.parts)
  const tip = parts.at(-1)?.to
  if (newest === undefined || tip === undefined) return null
  return { task: newest.task, repository: links[0]?.repository ?? null, parts, tip }
}

function linkOf(task: Task, log: readonly TaskEvent[], until: CommitId | null): Link | null {
  const steps = log.flatMap((event) => (event.type === 'step.completed' ? [{ ...event.data, at: event.at }] : []))
  const begun = steps.findIndex(({ step }) => step === 'workspace')
  const source = task.routing?.source ?? task.source
  // A template is part of the work; what was sent along is not.
  const first = source.type === 'template' ? steps.find(({ step }) => step === 'workspace/copy') : undefined
  const from = (first ?? steps[begun])?.commit ?? null
  if (begun === -1 || from === null) return null
  const titles = titlesOf(task, log, steps)
  const parts: SeriesPart[] = []
  let last = from
  for (const { step, commit, branch, at } of steps.slice(begun + 1)) {
    if (last === until) break
    if (commit === null || branch !== undefined || commit === last) continue
    const title = titles(step, commit)
    const before = parts.at(-1)
    if (before !== undefined && (title === null || before.title === title))
      parts.splice(-1, 1, { ...before, to: commit, at })
    else parts.push({ title: title ?? titleOfTask(task), taskId: task.id, from: last, to: commit, at })
    last = commit
  }
  // What another task went on from is a state of its own, wherever in the log it stands.
  if (until !== null && last !== until) {
    const at = log.at(-1)?.at ?? task.updatedAt
    parts.splice(0, parts.length, { title: titleOfTask(task), taskId: task.id, from, to: until, at })
  }
  if (parts.length === 0) parts.push({ title: titleOfTask(task), taskId: task.id, from, to: from, at: task.updatedAt })
  const repository = repositoryIn(steps.find(({ step }) => step === 'workspace/source')?.output)
  const isRoot = repository !== null || source.type !== 'task'
  return { task, repository, parts, source: isRoot ? null : { taskId: source.task_id, commit: source.commit } }
}

type Step = { readonly step: string; readonly output: JsonValue }

/** What a step was about, in the words of the plan; null for what belongs to the part before it. */
function titlesOf(task: Task, log: readonly TaskEvent[], steps: readonly Step[]) {
  const subtasks = memberOf(steps.find(({ step }) => step === 'plan')?.output, 'subtasks')
  const byId = new Map(
    (Array.isArray(subtasks) ? (subtasks as readonly JsonValue[]) : []).flatMap((subtask) => {
      const [id, title] = [memberOf(subtask, 'id'), memberOf(subtask, 'title')]
      return typeof id === 'string' && typeof title === 'string' ? [[id, title] as const] : []
    }),
  )
  const merged = new Map(
    log.flatMap((event) => (event.type === 'branch.merged' ? [[event.data.commit, event.data.branch] as const] : [])),
  )
  return (step: string, commit: CommitId): string | null => {
    const [kind = '', id = ''] = step.split('/')
    const subtask =
      byId.get(merged.get(commit) ?? '') ?? (['subtask', 'merge'].includes(kind) ? byId.get(id) : undefined)
    if (subtask !== undefined) return plainTitle(subtask)
    if (kind === 'subtask') return titleOfTask(task)
    if (kind === 'template') return 'Lay the project template'
    if (kind === 'repair' || kind === 'heal') return 'Make the checks pass'
    if (kind === 'review' || kind === 'rework') return 'Follow the review'
    return null
  }
}

export function titleOfTask({ inputText }: Pick<Task, 'inputText'>): string {
  return plainTitle(inputText)
}

function plainTitle(text: string): string {
  const title = shorten(onOneLine(text).trim(), TITLE)
  return title === '' ? 'Work' : title
}

function repositoryIn(output: JsonValue | undefined): SeriesRepository | null {
  const repository = memberOf(output, 'repository')
  const [url, branch, head] = [
    memberOf(repository, 'url'),
    memberOf(repository, 'branch'),
    memberOf(repository, 'head'),
  ]
  if (typeof url !== 'string' || typeof head !== 'string' || !HEAD.test(head)) return null
  return { url, branch: typeof branch === 'string' ? branch : null, head }
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return (value as Readonly<Record<string, JsonValue>>)[name]
}
