// Reads the crew's prompts from folders of Markdown files: the rules, one file for each role, and the skills.
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PROMPT_NAMES, toSkill } from '../../core/crew/prompts.ts'
import type { PromptSources, Prompts, Skill } from '../../core/crew/prompts.ts'

/** Skills of `operators` come after the project's own, so that they win. Throws an Error that names the file when a prompt is missing. */
export async function readPrompts(directory: string, operators: string | null = null): Promise<PromptSources> {
  const read = async (name: string): Promise<string> => (await readFile(join(directory, `${name}.md`), 'utf8')).trim()
  const [rules, roles, own, added] = await Promise.all([
    read('rules'),
    Promise.all(PROMPT_NAMES.map(async (name) => [name, await read(name)] as const)),
    readSkills(join(directory, 'skills')),
    operators === null ? [] : readSkills(operators),
  ])
  // Every name of PROMPT_NAMES is a key by construction.
  return { rules, roles: Object.fromEntries(roles) as Prompts, skills: [...own, ...added] }
}

/** By name. A folder that is not there holds none; files that are no skills are passed over. */
async function readSkills(directory: string): Promise<readonly Skill[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const files = names.filter((name) => name.endsWith('.md')).toSorted()
  const skills = await Promise.all(
    files.map(async (name) => toSkill(basename(name, '.md'), await readFile(join(directory, name), 'utf8'))),
  )
  return skills.filter((skill) => skill !== null)
}
