// `factotum template …`: the project templates that work can begin with, and a project made of one without anybody's help.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import { fillFile, isProjectName, projectNames } from '../core/crew/fill-template.ts'
import type { Template, TemplateInfo } from '../core/ports/templates.ts'
import { platformTemplates } from '../processes/templates.ts'
import { callerDirectory, CommandError, createOutput, EXIT, ownConfig } from './command.ts'

export function templateCommand(): Command {
  const template = new Command('template').description('project templates: what work can begin with')

  template
    .command('list', { isDefault: true })
    .description('every template: what it is and what it is made of')
    .option('--json', 'one JSON array')
    .action(async (options: { json?: true }) => {
      const output = createOutput()
      const templates = await ownTemplates().list()
      if (options.json) output.json(templates)
      else output.line(table(templates.map(row)))
    })

  template
    .command('show')
    .description('one template: its commands, its files and what it needs')
    .argument('<name>', 'its name')
    .option('--json', 'one JSON object: the template and its files by path')
    .action(async (name: string, options: { json?: true }) => {
      const output = createOutput()
      const { info, files } = await templateNamed(name)
      const paths = files.map(({ path }) => path)
      if (options.json) output.json({ ...info, files: paths })
      else output.line(templateText(info, paths))
    })

  template
    .command('new')
    .description('make a project of a template, in a folder that is empty or not there yet')
    .argument('<name>', "the template's name")
    .argument('<directory>', 'where')
    .option('--name <name>', "the project's name in small letters, digits and dashes; unless said, the folder's")
    .option('--title <title>', "the project's title; unless said, the name in words")
    .option('--json', 'one JSON object {template, directory, name, files, commands}')
    .action(async (name: string, directory: string, options: { name?: string; title?: string; json?: true }) => {
      const output = createOutput()
      const found = await templateNamed(name)
      const target = resolve(callerDirectory(), directory)
      const project = options.name ?? basename(target)
      if (!isProjectName(project))
        throw new CommandError(
          `"${project}" can't be a project's name: small letters, digits and dashes, such as my-shop. Say another with --name.`,
          EXIT.usage,
        )
      await writeProject(found, target, project, options.title)
      const files = found.files.map(({ path }) => path)
      const { commands } = found.info
      if (options.json) output.json({ template: name, directory: target, name: project, files, commands })
      else output.line([`${files.length} files in ${target}`, ...nextSteps(commands)].join('\n'))
    })

  return template
}

/** Needs no database: templates are files. */
function ownTemplates() {
  return platformTemplates(ownConfig().dataDir)
}

async function templateNamed(name: string): Promise<Template> {
  const templates = ownTemplates()
  const found = await templates.read(name)
  if (found !== null) return found
  const names = (await templates.list()).map((info) => info.name).join(', ')
  throw new CommandError(`There is no template "${name}". There are: ${names}.`, EXIT.usage)
}

async function writeProject({ files }: Template, target: string, name: string, title?: string): Promise<void> {
  await mkdir(target, { recursive: true })
  if ((await readdir(target)).length > 0)
    throw new CommandError(`${target} is not empty: a project is made in a new or empty folder.`, EXIT.usage)
  const names = projectNames(name, title)
  for (const file of files) {
    const { path, bytes } = fillFile(file, names)
    await mkdir(dirname(join(target, path)), { recursive: true })
    await writeFile(join(target, path), bytes)
  }
}

function row({ name, says, kind, stack, own }: TemplateInfo): readonly string[] {
  return [name, own ? `${kind}, your own` : kind, oneLine(visible(stack.join(', '))), oneLine(visible(says))]
}

function templateText({ name, says, stack, port, health, commands, needs }: TemplateInfo, paths: readonly string[]) {
  const listens =
    port === null ? [] : [`listens  on ${port}${health === null ? '' : `, says that it is well at ${health}`}`]
  const run = Object.entries(commands).flatMap(([what, command]) =>
    command === null ? [] : [`${what.padEnd(8)} ${visible(command)}`],
  )
  return [
    `${name}: ${oneLine(visible(says))}`,
    `made of  ${oneLine(visible(stack.join(', ')))}`,
    `needs    ${oneLine(visible(needs.join(', ')))}`,
    ...listens,
    ...run,
    '',
    ...paths.map((path) => visible(path)),
  ].join('\n')
}

function nextSteps({ install, build, test, start }: TemplateInfo['commands']): readonly string[] {
  const steps = [install, build, test, start].filter((command) => command !== null)
  return ['There, in this order:', ...steps.map((command) => `  ${visible(command)}`)]
}
