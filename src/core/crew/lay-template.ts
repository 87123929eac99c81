// Lays a project template into a workspace: the start that the crew goes on from, instead of an empty folder.
import type { Sandbox } from '../ports/sandbox.ts'
import type { Templates } from '../ports/templates.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { fillFile, projectNames } from './fill-template.ts'
import type { ProjectNames } from './fill-template.ts'

export type LaidTemplate = {
  readonly template: string
  /** Paths, sorted. */
  readonly files: readonly string[]
}

type Needs = { readonly templates: Templates; readonly signal: AbortSignal }

/**
 * Writes the template's files inside the sandbox, over what lies at their paths. Safe to repeat: the same template gives the same files.
 * The project is named after the template unless `names` say otherwise. Takes no snapshot. Throws TaskFailure where there is no such
 * template or the workspace does not take it.
 */
export async function layTemplate(
  { templates, signal }: Needs,
  sandbox: Pick<Sandbox, 'writeFile'>,
  name: string,
  names: ProjectNames = projectNames(name),
): Promise<LaidTemplate> {
  const template = await templates.read(name)
  if (template === null) throw new TaskFailure(`There is no project template called ${name}.`)
  for (const file of template.files) {
    signal.throwIfAborted()
    const { path, bytes } = fillFile(file, names)
    const written = await sandbox.writeFile(path, bytes)
    if (written.type === 'refused')
      throw new TaskFailure(`The file ${path} of the template ${name} could not be written (${written.reason}).`)
  }
  return { template: name, files: template.files.map(({ path }) => path) }
}
