// Where a task of the command line starts: a folder, a repository, an archive, a template, another task.
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { archiveKind } from '../core/vocabulary/archive-kind.ts'
import { gitSourceProblem } from '../core/crew/git-source.ts'
import { repositoryOf } from '../core/vocabulary/code-host.ts'
import type { ArtifactId } from '../core/vocabulary/ids.ts'
import type { WorkspaceSource } from '../core/vocabulary/task.ts'
import type { Platform } from '../processes/platform.ts'
import { callerDirectory, CommandError, EXIT, taskIdOf } from './command.ts'

export type SourceOptions = {
  readonly workspace?: string
  /** `URL` or `URL#REF`. */
  readonly git?: string
  readonly path?: readonly string[]
  readonly archive?: string
  readonly template?: string
  readonly from?: string
}

const MOST_BYTES = 200_000_000

/** Looks at what was given, and gives the way to the source on a platform. Ends the command where it can't be one. */
export async function readSource(options: SourceOptions): Promise<(platform: Platform) => Promise<WorkspaceSource>> {
  const { workspace, git, path = [], archive, template, from } = options
  const given = [workspace, git, archive, template, from].filter((one) => one !== undefined)
  if (given.length > 1)
    throw new CommandError(
      'A task starts from one thing: --workspace, --git, --archive, --template or --from.',
      EXIT.usage,
    )
  if (path.length > 0 && git === undefined) throw new CommandError('--path names folders of --git.', EXIT.usage)
  if (workspace !== undefined) return always(await folderAt(workspace))
  if (git !== undefined) return always(repositoryAt(git, path))
  if (template !== undefined) return (platform) => templateNamed(platform, template)
  if (archive !== undefined) return archiveAt(archive)
  if (from !== undefined) return (platform) => filesOf(platform, from)
  return always({ type: 'empty' })
}

function always(source: WorkspaceSource): () => Promise<WorkspaceSource> {
  return async () => source
}

async function folderAt(workspace: string): Promise<WorkspaceSource> {
  const path = resolve(callerDirectory(), workspace)
  const found = await stat(path).catch(() => null)
  if (found === null || !found.isDirectory())
    throw new CommandError(`--workspace: ${path} is not a folder.`, EXIT.usage)
  return { type: 'directory', path }
}

function repositoryAt(git: string, paths: readonly string[]): WorkspaceSource {
  const at = git.indexOf('#')
  const [url, ref] = at === -1 ? [git, null] : [git.slice(0, at), git.slice(at + 1)]
  const named = repositoryOf(url)
  const problem = named.type === 'invalid' ? named.problem : gitSourceProblem({ ref, paths })
  if (problem !== null) throw new CommandError(`--git: ${problem}`, EXIT.usage)
  return { type: 'git', url, ref, paths }
}

async function archiveAt(archive: string): Promise<(platform: Platform) => Promise<WorkspaceSource>> {
  const path = resolve(callerDirectory(), archive)
  const name = basename(path)
  if (archiveKind(name) === null)
    throw new CommandError(`--archive: ${name} is no .zip, .tar, .tar.gz or .tgz.`, EXIT.usage)
  const found = await stat(path).catch(() => null)
  if (found === null || !found.isFile()) throw new CommandError(`--archive: ${path} is not a file.`, EXIT.usage)
  if (found.size > MOST_BYTES)
    throw new CommandError(`--archive: ${name} is larger than ${MOST_BYTES / 1_000_000} MB.`, EXIT.usage)
  const bytes = await readFile(path)
  return async (platform) => {
    const id = platform.ids.next<ArtifactId>()
    const objectKey = `artifacts/given/${id}`
    await platform.objects.put(objectKey, bytes)
    await platform.artifacts.add({
      id,
      taskId: null,
      messageId: null,
      kind: 'file',
      name,
      mediaType: 'application/octet-stream',
      bytes: bytes.length,
      objectKey,
      content: null,
      createdAt: platform.clock.now(),
    })
    return { type: 'archive', artifact_id: id }
  }
}

async function templateNamed({ templates }: Platform, name: string): Promise<WorkspaceSource> {
  const known = (await templates.list()).map((info) => info.name)
  if (known.includes(name)) return { type: 'template', name }
  throw new CommandError(`--template: there is no template ${name}; there are: ${known.join(', ')}.`, EXIT.usage)
}

async function filesOf(platform: Platform, from: string): Promise<WorkspaceSource> {
  const id = taskIdOf(from)
  const task = await platform.store.get(id)
  const commit = task?.result?.commit ?? null
  if (task === null) throw new CommandError(`There is no task ${from}.`)
  if (commit === null) throw new CommandError(`Task ${from} has no files to go on from.`)
  return { type: 'task', task_id: id, commit }
}
