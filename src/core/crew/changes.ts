// What a task changed, recorded as a step with the patch as an artifact.
import type { CommitId } from '../vocabulary/ids.ts'
import type { WorkspaceDiff } from '../ports/workspaces.ts'
import { keepFile } from './keep-file.ts'
import { withoutSecretsOf } from './redaction.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** The patch, as a file of the task. */
export const CHANGED_FILE = { name: 'changes.patch', mediaType: 'text/x-diff' } as const
const LOGGED_BYTES = 64_000
const ARTIFACT_BYTES = 20_000_000

export async function recordChanges(run: Run, workshop: Workshop): Promise<WorkspaceDiff> {
  return run.journal.step('diff', { agent: 'platform', title: 'Record what changed' }, async () => {
    const to = run.journal.lastCommit() ?? workshop.baseline
    const found = await diffBetween(run, workshop.baseline, to, ARTIFACT_BYTES)
    // The files themselves never leave the machine: what leaves it is this.
    const whole = {
      ...found,
      from: workshop.baseline,
      to,
      patch: await withoutSecretsOf(run, found.patch, CHANGED_FILE.name),
    }
    const logged =
      whole.patch.length > LOGGED_BYTES
        ? { ...whole, patch: whole.patch.slice(0, LOGGED_BYTES), truncated: true }
        : whole
    if (whole.files.length === 0) return { output: logged }
    const { event } = await keepFile(run, { ...CHANGED_FILE, bytes: new TextEncoder().encode(whole.patch) })
    return { output: logged, events: [event] }
  })
}

export function diffBetween(run: Run, from: CommitId, to: CommitId, maxBytes: number): Promise<WorkspaceDiff> {
  return run.workspaces.diff(run.task.id, from, to, maxBytes)
}
