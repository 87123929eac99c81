// The evidence of a task's work: what was done by whom, what it cost and what proves it right, kept as files of the task.
import { buildReport } from '../evidence/build-report.ts'
import { reportToHtml } from '../evidence/html.ts'
import { reportToMarkdown } from '../evidence/markdown.ts'
import { provenanceOf } from '../evidence/provenance.ts'
import { DIFF_STEP, EVIDENCE_STEP } from '../evidence/recorded.ts'
import type { RecordedEvidence } from '../evidence/recorded.ts'
import type { FileProvenance, ReportedFile } from '../evidence/report.ts'
import type { FileChange } from '../ports/workspaces.ts'
import { SandboxGone } from '../ports/sandbox.ts'
import { toJunit } from '../quality/to-junit.ts'
import { toSarif } from '../quality/to-sarif.ts'
import { Paused } from '../task/paused.ts'
import { WriterStopped } from '../task/task-writer.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { WorkLimit } from '../vocabulary/limit.ts'
import type { TaskResult } from '../vocabulary/task.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { assemble } from './assembly.ts'
import { PROJECT_ZIP } from './assembly.ts'
import { CHANGED_FILE } from './changes.ts'
import { keepEvidence } from './evidence-files.ts'
import type { FileToKeep } from './keep-file.ts'
import { withoutSecretsOf } from './redaction.ts'
import type { Run } from './run.ts'
import { takeScreenshots } from './screenshots.ts'
import type { Screenshots } from './screenshots.ts'
import type { Workshop } from './workshop.ts'

/** How the work ends, as the evidence shall say it: the task's log has its end only after the evidence. */
export type WorkEnd = {
  readonly status: 'completed' | 'failed'
  /** One sentence for a person; null where it is completed. */
  readonly error: string | null
  readonly result: TaskResult
}

/**
 * Records the step `evidence`. Best effort: whatever goes wrong with it changes nothing about how the task ends, but that it must not go
 * on at all (stopped, lost, waiting for a person) is passed on. Recorded once; an attempt that was cut off is done again, and its files
 * are not doubled. `workshop` is null where the sandbox is gone: there are no screenshots then.
 */
export async function recordEvidence(run: Run, workshop: Workshop | null, end: WorkEnd): Promise<void> {
  try {
    await run.journal.step(EVIDENCE_STEP, { agent: 'platform', title: 'Record the evidence' }, async () => {
      const look = await lookAt(run, workshop)
      const events = await run.log()
      const made: readonly FileToKeep[] = look.shots.map(({ name, png }) => ({
        name,
        mediaType: 'image/png',
        bytes: png,
      }))
      const { checks } = end.result
      const others = await keepEvidence(run, [
        ...made,
        text('checks.sarif', 'application/sarif+json', toSarif(checks)),
        text('checks.junit.xml', 'application/xml', toJunit(checks)),
      ])
      const earlier = await earlierFiles(run)
      const project = await projectFile(run, workshop)
      // What was put together just now may be the very file that stood there.
      const kept = earlier.filter(({ name }) => !project.some((file) => file.name === name))
      const record: RecordedEvidence = {
        files: await provenance(run, events),
        screenshots: look.shots.map(({ png: _, ...shot }) => shot),
        no_screenshots: look.skipped,
        page_errors: look.errors,
        artifacts: [...kept, ...project, ...others.files],
        limits: limitsOf(run),
      }
      const pngs = new Map(look.shots.map(({ name, png }) => [name, png]))
      const task = { ...run.writer.task(), ...end }
      const report = buildReport({ task, events, evidence: record, png: (name) => pngs.get(name) ?? null })
      const reports = await keepEvidence(run, [
        text('report.html', 'text/html; charset=utf-8', reportToHtml(report)),
        text('report.md', 'text/markdown; charset=utf-8', reportToMarkdown(report)),
      ])
      return {
        output: { ...record, artifacts: [...record.artifacts, ...reports.files] },
        events: [...others.events, ...reports.events],
      }
    })
  } catch (error) {
    if (run.signal.aborted || error instanceof Paused || error instanceof WriterStopped) throw error
    run.telemetry.log('warn', 'The evidence could not be recorded', { task_id: run.task.id, error: messageOf(error) })
  }
}

function text(name: string, mediaType: string, content: string): FileToKeep {
  return { name, mediaType, bytes: new TextEncoder().encode(content) }
}

/** What a page says of itself may be anything, a secret too. */
async function lookAt(run: Run, workshop: Workshop | null): Promise<Screenshots> {
  if (workshop === null) return { shots: [], skipped: 'Its sandbox is gone.', errors: [] }
  try {
    const look = await takeScreenshots(workshop.sandbox, workshop.servedPorts(), run.signal)
    const errors = await Promise.all(look.errors.map((error) => withoutSecretsOf(run, error, 'the preview')))
    return { ...look, errors }
  } catch (error) {
    if (!(error instanceof SandboxGone) || error.end.reason === 'closed') throw error
    return { shots: [], skipped: `Its sandbox ended while it was looked at (${error.end.reason}).`, errors: [] }
  }
}

type RecordedDiff = { readonly files: readonly FileChange[]; readonly from?: CommitId; readonly to?: CommitId }

/** Empty where nothing was recorded of what changed. */
async function provenance(run: Run, events: readonly TaskEvent[]): Promise<readonly FileProvenance[]> {
  const step = run.journal.completed().find(({ data }) => data.step === DIFF_STEP)
  // Recorded by changes.ts, in this shape.
  const diff = (step?.data.output ?? null) as RecordedDiff | null
  if (diff === null || diff.from === undefined || diff.to === undefined) return []
  const { files, from, to } = diff
  const commits = files.length === 0 ? [] : await run.worktrees.commits(run.task.id, from, to)
  return provenanceOf({ files, commits, baseline: from, events })
}

/** Without it there is evidence all the same. */
async function projectFile(run: Run, workshop: Workshop | null): Promise<readonly ReportedFile[]> {
  if (workshop === null) return []
  try {
    const { artifact } = await assemble(run, workshop)
    return artifact === null ? [] : [artifact]
  } catch (error) {
    if (run.signal.aborted || error instanceof WriterStopped) throw error
    const about = { task_id: run.task.id, error: messageOf(error) }
    run.telemetry.log('warn', 'The project could not be put together', about)
    return []
  }
}

/** What was made of the work before its evidence, in this order. */
const EARLIER = [CHANGED_FILE.name, PROJECT_ZIP.name, 'changes.bundle', 'series.patch'] as const

async function earlierFiles(run: Run): Promise<readonly ReportedFile[]> {
  const all = await run.artifacts.ofTask(run.task.id)
  const found = EARLIER.flatMap((name) => all.findLast((file) => file.name === name && file.messageId === null) ?? [])
  const read = await Promise.all(
    found.map(async ({ name, mediaType, objectKey }) => ({
      name,
      mediaType,
      content: await run.objects.get(objectKey),
    })),
  )
  return read.flatMap(({ name, mediaType, content }) =>
    content === null ? [] : [{ name, mediaType, bytes: content.length, sha256: run.ids.digest(content) }],
  )
}

function limitsOf({ limits }: Run): Readonly<Partial<Record<WorkLimit, number>>> {
  return {
    'memory an agent': limits.sandbox.memoryBytes,
    'disk a project': limits.sandbox.diskBytes,
    'a generation': limits.modelDeadlineMs,
    'turns an agent': limits.turnsPerAgent,
    'agents at once': limits.agentsAtOnce,
    'model calls a task': limits.modelCallsPerTask,
    'tokens a task': limits.tokensPerTask,
    'rounds of repair': limits.repairRounds,
    'minutes of healing': limits.healMs / 60_000,
    'tokens of healing': limits.healTokens,
  }
}
