// Files that a task starts with and that are no folder and no other task's: a repository's, an archive's, a template's. Laid inside the task's own sandbox.
import type { Sandbox } from '../ports/sandbox.ts'
import type { WorkspaceSource } from '../vocabulary/task.ts'
import { layArchive } from './archive-source.ts'
import type { TaskEgress } from './egress.ts'
import { layRepository } from './git-source.ts'
import { layTemplate } from './lay-template.ts'
import type { Laid } from './laid.ts'
import type { Run } from './run.ts'

export type LaidSource = Extract<WorkspaceSource, { type: 'git' | 'archive' | 'template' }>

export const SOURCE_STEP = 'workspace/source'

export function isLaid(source: WorkspaceSource): source is LaidSource {
  return source.type === 'git' || source.type === 'archive' || source.type === 'template'
}

/**
 * Takes away whatever lies in the workspace, a repository of an earlier attempt with it, and lays the source. Safe to be cut off anywhere
 * and to be repeated. Throws TaskFailure with one sentence where it can't be had, NeedsApproval where a person has to say yes to a secret.
 */
export async function laySource(run: Run, sandbox: Sandbox, egress: TaskEgress, source: LaidSource): Promise<Laid> {
  if (source.type === 'template') {
    const { files } = await layTemplate(run, sandbox, source.name)
    return { repository: null, files: files.length, notes: [] }
  }
  return source.type === 'git' ? layRepository(run, sandbox, egress, source) : layArchive(run, sandbox, source)
}
