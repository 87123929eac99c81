// What a task put into files that somebody takes away is looked through for secrets: the files are theirs, so they are told, and nothing is changed.
import { findInPatch } from '../core/secrets/patch-findings.ts'
import type { PatchFinding } from '../core/secrets/patch-findings.ts'
import { readLog } from '../core/task/read-log.ts'
import type { CommitId, TaskId } from '../core/vocabulary/ids.ts'
import type { Platform } from '../processes/platform.ts'

const PATCH_BYTES = 20_000_000
const SHOWN = 10

/** One sentence and a line for each place; null where nothing was found. What was in the files before the task is not told of. */
export async function writtenSecrets(
  { store, workspaces, scanner }: Pick<Platform, 'store' | 'workspaces' | 'scanner'>,
  taskId: TaskId,
): Promise<string | null> {
  let began: CommitId | null = null
  let last: CommitId | null = null
  for (const event of await readLog(store, taskId)) {
    if (event.type !== 'step.completed' || event.data.commit === null || event.data.branch !== undefined) continue
    last = event.data.commit
    if (began === null || event.data.step === 'workspace') began = last
  }
  if (began === null || last === null || began === last) return null
  const { patch } = await workspaces.diff(taskId, began, last, PATCH_BYTES)
  return wordsOf(await findInPatch(scanner, patch))
}

function wordsOf(findings: readonly PatchFinding[]): string | null {
  if (findings.length === 0) return null
  const lines = findings.slice(0, SHOWN).map(({ path, line, rule }) => `  ${path}:${line} ${rule}`)
  const more = findings.length > SHOWN ? [`  and ${findings.length - SHOWN} more`] : []
  return [
    'Careful: what looks like a secret is in these files. Give them to nobody as they are.',
    ...lines,
    ...more,
  ].join('\n')
}
