// `factotum crew …`: who is in the crew, as the files in prompts/ and in the data directory say, and what each of them is told.
import { createHash } from 'node:crypto'
import { Command } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import type { Crew, Role } from '../core/crew/crew-registry.ts'
import { TaskFailure } from '../core/task/task-failure.ts'
import { WORK_KINDS } from '../core/vocabulary/plan.ts'
import { readCrew } from '../processes/crew.ts'
import type { CrewAsRead } from '../processes/crew.ts'
import { CommandError, createOutput, EXIT, ownConfig } from './command.ts'

export function crewCommand(): Command {
  const crew = new Command('crew').description('the roles that do the work, and what each is told')

  crew
    .command('list', { isDefault: true })
    .description('every role: what it does, its models, its tools')
    .option('--json', 'one JSON object {version, roles}')
    .action(async (options: { json?: true }) => {
      const output = createOutput()
      const read = await ownCrew()
      if (options.json)
        output.json({ version: read.promptPack.version, roles: read.crew.roles.map((role) => summaryOf(role)) })
      else output.line(table(read.crew.roles.map(row)))
    })

  crew
    .command('show')
    .description('one role: its files, its tools and every word that its model calls begin with')
    .argument('<role>', 'its name')
    .option('--json', 'one JSON object {name, says, tier, tools, like, files, system, kinds}')
    .action(async (name: string, options: { json?: true }) => {
      const output = createOutput()
      const { crew: roles, promptPack } = await ownCrew()
      const role = roleNamed(roles, name)
      if (options.json) output.json({ ...summaryOf(role), system: promptPack.system(role.name), kinds: role.kinds })
      else output.line(roleText(role, promptPack.system(role.name)))
    })

  return crew
}

/** Needs no database: the crew is its files. */
function ownCrew(): Promise<CrewAsRead> {
  return readCrew(ownConfig().dataDir, (text) => createHash('sha256').update(text).digest('hex'))
}

function roleNamed(crew: Crew, name: string): Role {
  try {
    return crew.role(name)
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    const names = crew.roles.map((role) => role.name).join(', ')
    throw new CommandError(`There is no role "${name}". There are: ${names}.`, EXIT.usage)
  }
}

function summaryOf({ name, says, tier, tools, like, paths, kinds }: Role) {
  return { name, says, tier, tools, like, files: paths, kinds: WORK_KINDS.filter((kind) => kinds[kind] !== undefined) }
}

function row({ name, says, tier, tools, like }: Role): readonly string[] {
  const words = like === null ? says : `${says} (like ${like})`
  return [name, tier, oneLine(visible(words)), tools.length === 0 ? 'no tools' : tools.join(' ')]
}

function roleText(role: Role, system: string): string {
  const head = [
    `${role.name}: ${oneLine(visible(role.says))}`,
    `tier   ${role.tier}`,
    `tools  ${role.tools.length === 0 ? 'none' : role.tools.join(', ')}`,
    ...(role.like === null ? [] : [`like   ${role.like}`]),
    ...role.paths.map((path) => `file   ${path}`),
  ]
  const kinds = WORK_KINDS.flatMap((kind) => {
    const words = role.kinds[kind]
    return words === undefined ? [] : ['', `--- for work of the kind ${kind}`, visible(words)]
  })
  return [...head, '', '--- every call begins with', visible(system), ...kinds].join('\n')
}
