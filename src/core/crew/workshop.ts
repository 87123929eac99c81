// Where a task's work happens: its workspace, the sandbox over it, and the servers that run in it; rebuilt from the
// log when a task is resumed.
import type { CommitId } from '../vocabulary/ids.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { Preview } from '../ports/previews.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import { previewsClosed } from '../task/close-previews.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { writeAttachments } from './attachments.ts'
import { createTaskEgress } from './egress.ts'
import type { TaskEgress } from './egress.ts'
import { isLaid, laySource, SOURCE_STEP } from './lay-source.ts'
import type { Run } from './run.ts'
import type { Served } from './tools/tool.ts'

export type Workshop = {
  readonly sandbox: Sandbox
  readonly egress: TaskEgress
  /** The snapshot before any work. */
  readonly baseline: CommitId
  /** The newest snapshot: what the files were before whatever is done next. */
  readonly newest: () => CommitId
  /** Of a folder that was copied, as it was right after that; null for other sources. */
  readonly copied: string | null
  /** The state that the files came with, before anything was added to them. */
  readonly copiedFrom: CommitId
  readonly snapshot: (message: string) => Promise<CommitId>
  /** Its files were put to this snapshot by somebody else. */
  readonly standsAt: (commit: CommitId) => void
  readonly publish: (served: Served) => Promise<string>
  readonly servedPorts: () => readonly number[]
  /** The URL of the port that was published last. */
  readonly previewUrl: () => string | null
  /** Restarts servers that are down or run older files than the workspace has; those that do not come back are returned, as failed checks by port. */
  readonly refreshServers: () => Promise<ReadonlyMap<number, CheckReport>>
  /** Ends the previews and the sandbox with every process in it, and tells the log which previews went and why. Idempotent. Throws only when the sandbox can't be closed. */
  readonly close: (reason: string) => Promise<void>
}

/** `commit` is the state of the files that it runs; null when it is down. */
type Running = Served & { readonly commit: CommitId | null }

/** Prepares the workspace, or puts it back to its last recorded snapshot; then opens the sandbox and restarts what was serving. */
export async function openWorkshop(run: Run): Promise<Workshop> {
  const { id } = run.task
  await refuseWithoutSandbox(run)
  const prepared = await prepareWorkspace(run)
  const last = run.journal.lastCommit() ?? prepared.commit
  // First the sandbox, which ends any older one over these files: a worker that was frozen may have left one running.
  const egress = await createTaskEgress(run, run.isReplay)
  const sandbox = await run.sandboxes.open(id, run.limits.sandbox, egress)
  const servers = new Map<number, Running>()
  const published = new Set<number>()
  let newest = last
  let baseline = prepared.commit
  let previewUrl: string | null = null

  async function publish(served: Served): Promise<string> {
    const socket = await sandbox.openPort(served.port)
    const preview = await run.previews.open(id, served.port, socket)
    servers.set(served.port, { ...served, commit: newest })
    published.add(served.port)
    previewUrl = preview.url
    // Durable: the result will name this preview.
    await run.writer.append({
      type: 'preview.ready',
      data: {
        preview_id: preview.id,
        url: preview.url,
        port: served.port,
        expires_at: preview.expiresAt.toISOString(),
      },
    })
    return preview.url
  }

  async function restart(served: Served): Promise<CheckReport | null> {
    const env = { PORT: String(served.port) }
    const process = await sandbox.serve({ ...served, env, readyTimeoutMs: 30_000 }, run.signal)
    if (process.type === 'listening') return null
    return {
      check: `server on ${served.port}`,
      status: 'failed',
      command: served.command,
      exit_code: process.exitCode,
      duration_ms: 0,
      output: process.output,
      reason: process.reason,
    }
  }

  const workshop: Workshop = {
    sandbox,
    egress,
    newest: () => newest,
    copied: prepared.copied,
    copiedFrom: prepared.commit,
    get baseline() {
      return baseline
    },
    publish,
    snapshot: async (message) => {
      newest = await run.workspaces.snapshot(id, message)
      return newest
    },
    standsAt: (commit) => {
      newest = commit
    },
    servedPorts: () => [...servers.keys()],
    previewUrl: () => previewUrl,
    refreshServers: async () => {
      const failures = new Map<number, CheckReport>()
      for (const served of servers.values()) {
        if (served.commit === newest) continue
        const failure = await restart(served)
        if (failure !== null) failures.set(served.port, failure)
        else if (published.has(served.port)) servers.set(served.port, { ...served, commit: newest })
        else await publish(served)
      }
      return failures
    },
    close: async (reason) => {
      egress.close()
      // Side by side: a store that does not answer keeps no process alive.
      const [previews, processes] = await Promise.allSettled([run.previews.close(id), sandbox.close()])
      if (previews.status === 'fulfilled') await recordClosed(run, previews.value, reason)
      else run.telemetry.log('warn', 'Previews could not be closed', { task_id: id, error: String(previews.reason) })
      if (processes.status === 'rejected') throw processes.reason
    },
  }

  try {
    if (!prepared.fresh) {
      // What an earlier worker had open leads nowhere any more.
      await recordClosed(run, await run.previews.close(id), 'the task was resumed')
      await run.workspaces.reset(id, last)
    }
    if (prepared.unfinished) {
      const laid = await layInto(run, sandbox, egress, prepared.commit)
      baseline = await whereWorkBegins(run, sandbox, laid)
      newest = run.journal.lastCommit() ?? baseline
    }
    const waits = hasUnusedYes(run)
    for (const served of servedBefore(run)) {
      // A server that does not come back shows as a failed check at the next gate.
      if (!waits && (await restart(served)) === null) await publish(served)
      else servers.set(served.port, { ...served, commit: null })
    }
  } catch (error) {
    await workshop.close('the task could not be resumed')
    throw error
  }
  return workshop
}

type Prepared = {
  readonly copied: string | null
  readonly commit: CommitId
  readonly fresh: boolean
  /** The files are there, and what was sent along is not among them yet. */
  readonly unfinished: boolean
}

type Copied = { readonly commit: CommitId; readonly files?: string }

/**
 * In one step where nothing has to be added; otherwise in two. A fork brings the record of its original's baseline along, and needs the
 * files of where it forked.
 */
async function prepareWorkspace(run: Run): Promise<Prepared> {
  const { id } = run.task
  const source = run.task.routing?.source ?? run.task.source
  // What comes along later than the work began is not mixed into it.
  const adds = run.context.attachments.length > 0 && !run.journal.has('workspace')
  const inTwo = source.type === 'task' || isLaid(source) || adds || run.journal.has('workspace/copy')
  const first = inTwo ? 'workspace/copy' : 'workspace'
  const fresh = !run.journal.has(first)
  const recorded = await run.journal.step(first, { agent: 'platform', title: 'Prepare the workspace' }, async () => {
    const made = await run.workspaces.prepare(id, source)
    const output: Copied = { commit: made }
    // What a command was approved for is what it finds, dependency folders and all.
    if (source.type !== 'directory' || run.task.taskType !== 'shell_command') return { output, commit: made }
    return { output: { ...output, files: await run.workspaces.filesDigest(id) }, commit: made }
  })
  return { commit: recorded.commit, copied: recorded.files ?? null, fresh, unfinished: inTwo }
}

const LAYING = {
  git: 'Fetch the repository',
  archive: 'Unpack the archive',
  template: 'Lay the project template',
} as const

/** Fetches, unpacks or lays what the task starts with, where that is no folder and no other task's files. */
async function layInto(run: Run, sandbox: Sandbox, egress: TaskEgress, commit: CommitId): Promise<CommitId> {
  const source = run.task.routing?.source ?? run.task.source
  // What a fork began with is among its files.
  if (!isLaid(source)) return commit
  const title = LAYING[source.type]
  const recorded = await run.journal.step(SOURCE_STEP, { agent: 'platform', title }, async () => {
    const laid = await laySource(run, sandbox, egress, source)
    const made = await run.workspaces.snapshot(run.task.id, title)
    return { output: { ...laid, commit: made }, commit: made }
  })
  return recorded.commit
}

/** Adds what was sent along, and notes the state before any work; read from the log where it was noted before. */
async function whereWorkBegins(run: Run, sandbox: Sandbox, commit: CommitId): Promise<CommitId> {
  const about = { agent: 'platform', title: 'Note where the work begins' } as const
  const noted = await run.journal.step('workspace', about, async () => {
    const { attachments } = run.context
    if (attachments.length === 0) return { output: { commit }, commit }
    await writeAttachments(run, sandbox, attachments)
    const added = await run.workspaces.snapshot(run.task.id, 'attachments')
    return { output: { commit: added }, commit: added }
  })
  return noted.commit
}

async function recordClosed(run: Run, closed: readonly Preview[], reason: string): Promise<void> {
  if (closed.length === 0) return
  try {
    await run.writer.append(...previewsClosed(closed, reason))
  } catch (error) {
    // The previews are gone either way; a log that takes no more from us (lost lease) belongs to somebody else now.
    run.telemetry.log('debug', 'Closed previews could not be recorded', { task_id: run.task.id, error: String(error) })
  }
}

async function refuseWithoutSandbox(run: Run): Promise<void> {
  const report = await run.sandboxes.probe()
  if (report.level !== 'L0') return
  const why = report.findings.filter((finding) => !finding.ok).map((finding) => finding.detail)
  throw new TaskFailure(
    `Nothing untrusted is run without a sandbox, and this machine offers none. ${why.join(' ')}`.trim(),
  )
}

/** Somebody said yes to a call on these files: no server of the agent's may change them before it is carried out. */
function hasUnusedYes({ answers }: Run): boolean {
  return answers.of('tool').some(({ id, status }) => status === 'approved' && !answers.isUsed(id))
}

/** What the recorded steps had left running, the newest for each port. */
function servedBefore(run: Run): readonly Served[] {
  const byPort = new Map<number, Served>()
  for (const step of run.journal.completed()) {
    const { output } = step.data
    if (typeof output !== 'object' || output === null || !('served' in output) || !Array.isArray(output['served']))
      continue
    for (const served of output['served'] as readonly Served[]) byPort.set(served.port, served)
  }
  return [...byPort.values()]
}
