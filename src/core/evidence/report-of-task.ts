// The report of a task as it stands now, from the stores: for whoever asks, during the work and after it.
import type { ArtifactStore } from '../ports/artifact-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { TaskStore } from '../ports/task-store.ts'
import { evidenceKey, PICTURE_FILES } from '../vocabulary/evidence-files.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import type { Task } from '../vocabulary/task.ts'
import { buildReport } from './build-report.ts'
import { reportToHtml } from './html.ts'
import { reportToMarkdown } from './markdown.ts'

export type ReportDeps = {
  readonly store: Pick<TaskStore, 'events'>
  readonly artifacts: Pick<ArtifactStore, 'ofTask'>
  readonly objects: Pick<ObjectStore, 'get'>
}

export const REPORT_FORMATS = ['html', 'md'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

const PAGE = 1_000

/** Of any task, also one that is at work. Throws where a store can't be reached; pictures that are gone are left out. */
export async function reportOfTask(deps: ReportDeps, task: Task, format: ReportFormat): Promise<string> {
  const [events, pictures] = await Promise.all([
    wholeLog(deps, task),
    format === 'html' ? picturesOf(deps, task) : NONE,
  ])
  const report = buildReport({ task, events, evidence: null, png: (name) => pictures.get(name) ?? null })
  return format === 'html' ? reportToHtml(report) : reportToMarkdown(report)
}

const NONE: ReadonlyMap<string, Uint8Array> = new Map()

async function wholeLog({ store }: ReportDeps, { id }: Task): Promise<readonly TaskEvent[]> {
  const events: TaskEvent[] = []
  for (;;) {
    const page = await store.events(id, events.at(-1)?.seq ?? 0, PAGE)
    events.push(...page)
    if (page.length < PAGE) return events
  }
}

async function picturesOf(deps: ReportDeps, { id }: Task): Promise<ReadonlyMap<string, Uint8Array>> {
  const all = await deps.artifacts.ofTask(id)
  const ours = all.filter(
    ({ name, objectKey }) => PICTURE_FILES.some((picture) => picture === name) && objectKey === evidenceKey(id, name),
  )
  const read = await Promise.all(
    ours.map(async ({ name, objectKey }) => [name, await deps.objects.get(objectKey)] as const),
  )
  return new Map(read.flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes] as const])))
}
