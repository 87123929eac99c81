// What every model call begins with: the rules, the role's own instructions, and an index of everything there is. Built once; its
// version stands in the record of every call.
import { withoutTags } from '../context/quote.ts'
import { onOneLine } from '../vocabulary/short-text.ts'
import type { PromptName, PromptSources, Skill } from './prompts.ts'
import { PROMPT_NAMES } from './prompts.ts'
import { ROLES } from './roles.ts'
import { TOOLS } from './tools/registry.ts'

export type PromptPack = {
  /** Short digest over all of it: two calls with one version were told the same. */
  readonly version: string
  readonly systems: Readonly<Record<PromptName, string>>
  readonly skills: readonly Skill[]
}

const VERSION_CHARACTERS = 12
const SKILLS_LISTED = 20

const AGENTS: Readonly<Record<PromptName, string>> = {
  router: 'understands messages',
  planner: 'cuts work into subtasks',
  coder: 'writes files',
  executor: 'runs programs and serves',
  tester: 'tests',
  reviewer: 'judges the diff',
  assistant: 'answers',
}

const SAFETY = [
  'programs run in a sandbox only, with limited memory, time and disk: listed hosts are reached, others and what sends are asked ' +
    'about, secrets are placeholders',
  "a person's shell command runs after an approval of exactly that text; work asked for in plain words starts after an OK",
  'finished work passes checks that the platform runs itself',
  'tokens and turns are limited; repeated identical calls end a task',
]

/** `commands` are the names that people type, without their slash. `digest` is a hash in hex. */
export function buildPromptPack(
  sources: PromptSources & { readonly commands: readonly string[] },
  digest: (text: string) => string,
): PromptPack {
  const skills = [...new Map(sources.skills.map((skill) => [skill.name, skill])).values()]
  const index = indexOf(skills, sources.commands)
  const systems = Object.fromEntries(
    PROMPT_NAMES.map((name) => [name, [sources.rules, sources.roles[name], index].join('\n\n')]),
  ) as Record<PromptName, string>
  const tools = Object.values(TOOLS).map(({ name, description }) => `${name}: ${description}`)
  const all = JSON.stringify([PROMPT_NAMES.map((name) => systems[name]), skills, tools])
  return { version: digest(all).slice(0, VERSION_CHARACTERS), systems, skills }
}

function indexOf(skills: readonly Skill[], commands: readonly string[]): string {
  const listed = skills.slice(0, SKILLS_LISTED)
  const more = skills.length - listed.length
  return [
    '<index>',
    `Agents: ${PROMPT_NAMES.map((name) => `${name} ${AGENTS[name]}`).join(', ')}.`,
    `Tools (${Object.keys(ROLES).join(', ')}): ${Object.keys(TOOLS).join(', ')}.`,
    ...(commands.length === 0 ? [] : [`Commands people type: ${commands.map((name) => `/${name}`).join(' ')}`]),
    ...(listed.length === 0 ? [] : ['Skills (tool `skill` gives the text; read what fits before you start):']),
    ...listed.map(({ name, says }) => `- ${name}: ${withoutTags(onOneLine(says))}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    `Safety: ${SAFETY.join('; ')}.`,
    '</index>',
  ].join('\n')
}
