// Reads the crew's prompts from folders of Markdown files: the rules, one folder for each role, and the skills.
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { toSkill } from '../../core/crew/prompts.ts'
import type { PromptSources, RoleFile, Skill } from '../../core/crew/prompts.ts'

/** What the operator adds: folders that need not be there. */
export type OperatorsFolders = { readonly prompts: string; readonly skills: string }

const SKILLS = 'skills'

/** What is the operator's comes after the project's own, so that it wins. Throws an Error that names the file when the rules are missing. */
export async function readPrompts(
  directory: string,
  operators: OperatorsFolders | null = null,
): Promise<PromptSources> {
  const [rules, ownRoles, addedRoles, ownSkills, addedSkills] = await Promise.all([
    readFile(join(directory, 'rules.md'), 'utf8'),
    readRoles(directory),
    operators === null ? [] : readRoles(operators.prompts),
    readSkills(join(directory, SKILLS)),
    operators === null ? [] : readSkills(operators.skills),
  ])
  return { rules: rules.trim(), roles: [...ownRoles, ...addedRoles], skills: [...ownSkills, ...addedSkills] }
}

/** Every file of every folder but that of the skills, by role and name. A folder that is not there holds none. */
async function readRoles(directory: string): Promise<readonly RoleFile[]> {
  const entries = await entriesOf(directory)
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== SKILLS && !entry.name.startsWith('.'))
  const roles = await Promise.all(
    folders.map(async ({ name: role }) => {
      const files = (await markdownIn(join(directory, role))).map((name) => join(directory, role, name))
      return Promise.all(
        files.map(async (path) => ({ role, name: basename(path, '.md'), path, text: await readFile(path, 'utf8') })),
      )
    }),
  )
  return roles.flat().toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

/** By name. A folder that is not there holds none; files that are no skills are passed over. */
async function readSkills(directory: string): Promise<readonly Skill[]> {
  const files = await markdownIn(directory)
  const skills = await Promise.all(
    files.map(async (name) => toSkill(basename(name, '.md'), await readFile(join(directory, name), 'utf8'))),
  )
  return skills.filter((skill) => skill !== null)
}

async function markdownIn(directory: string): Promise<readonly string[]> {
  const names = (await entriesOf(directory)).map(({ name }) => name)
  return names.filter((name) => name.endsWith('.md') && !name.startsWith('.')).toSorted()
}

async function entriesOf(directory: string) {
  return readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
