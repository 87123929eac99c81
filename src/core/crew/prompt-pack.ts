// What every model call begins with: the rules, the role's own instructions, and an index of everything there is. Built once; its
// version stands in the record of every call.
import { withoutTags } from '../context/quote.ts'
import type { RoleName, WorkKind } from '../vocabulary/plan.ts'
import { onOneLine } from '../vocabulary/short-text.ts'
import type { Crew, Role } from './crew-registry.ts'
import type { PromptSources, Skill } from './prompts.ts'

export type PromptPack = {
  /** Short digest over all of it: two calls with one version were told the same. */
  readonly version: string
  /** What a call of this role begins with. What is said of a kind of work stands last, so that all before it is the same in every call. Throws TaskFailure for a role that is none. */
  readonly system: (role: RoleName, kind?: WorkKind | null) => string
  readonly skills: readonly Skill[]
}

const PLANNER = 'planner'
const VERSION_CHARACTERS = 12
const SKILLS_LISTED = 20

const SAFETY = [
  'programs run in a sandbox only, with limited memory, time and disk: listed hosts are reached, others and what sends are asked ' +
    'about, secrets are placeholders',
  "a person's shell command runs after an approval of exactly that text; work asked for in plain words starts after an OK",
  'finished work passes checks that the platform runs itself',
  'tokens and turns are limited; repeated identical calls end a task',
]

type PackSources = Pick<PromptSources, 'rules' | 'skills'> & {
  readonly crew: Crew
  /** The names that people type, without their slash. */
  readonly commands: readonly string[]
}

/** `digest` is a hash in hex. */
export function buildPromptPack(sources: PackSources, digest: (text: string) => string): PromptPack {
  const { rules, crew } = sources
  const skills = [...new Map(sources.skills.map((skill) => [skill.name, skill])).values()]
  const index = indexOf(crew, skills, sources.commands)
  const systems = new Map(crew.roles.map((role) => [role.name, [rules, wordsOf(role, crew), index].join('\n\n')]))
  const tools = crew.tools.map(({ name, description }) => `${name}: ${description}`)
  const kinds = crew.roles.map((role) => role.kinds)
  const all = JSON.stringify([[...systems], kinds, skills, tools])
  return {
    version: digest(all).slice(0, VERSION_CHARACTERS),
    system: (name, kind = null) => {
      const role = crew.role(name)
      const more = kind === null ? undefined : role.kinds[kind]
      const system = systems.get(name) ?? ''
      return more === undefined ? system : `${system}\n\n${more}`
    },
    skills,
  }
}

/** The planner is told whom it can give work to, in the words of their own files. */
function wordsOf({ name, text }: Role, crew: Crew): string {
  if (name !== PLANNER) return text
  const team = crew.subtaskRoles().map((role) => `- ${role.name}: ${withoutTags(onOneLine(role.says))}`)
  return [text, ['The team:', ...team].join('\n')].join('\n\n')
}

function indexOf(crew: Crew, skills: readonly Skill[], commands: readonly string[]): string {
  const listed = skills.slice(0, SKILLS_LISTED)
  const more = skills.length - listed.length
  const hands = crew.subtaskRoles().filter(({ like }) => like === null)
  return [
    '<index>',
    `Agents: ${crew.roles.flatMap((role) => agentWords(role, crew)).join(', ')}.`,
    `Tools (${hands.map(({ name }) => name).join(', ')}): ${crew.tools.map(({ name }) => name).join(', ')}.`,
    ...(commands.length === 0 ? [] : [`Commands people type: ${commands.map((name) => `/${name}`).join(' ')}`]),
    ...(listed.length === 0 ? [] : ['Skills (tool `skill` gives the text; read what fits before you start):']),
    ...listed.map(({ name, says }) => `- ${name}: ${withoutTags(onOneLine(says))}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    `Safety: ${SAFETY.join('; ')}.`,
    '</index>',
  ].join('\n')
}

/** Its kinds stand with it by their names: what each does is told to the planner, who chooses among them. */
function agentWords(role: Role, crew: Crew): readonly string[] {
  if (role.like !== null) return []
  const kinds = crew.roles.filter((other) => isKindOf(other, role, crew)).map(({ name }) => name)
  const names = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
  return [`${role.name}${names} ${withoutTags(onOneLine(role.says))}`]
}

function isKindOf(role: Role, other: Role, crew: Crew): boolean {
  if (role.like === null) return false
  return role.like === other.name || isKindOf(crew.role(role.like), other, crew)
}
