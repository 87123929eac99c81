// The crew's instructions: one Markdown file for each role, the rules above all of them, and skills that are read when they are needed.
export const PROMPT_NAMES = ['router', 'planner', 'coder', 'executor', 'tester', 'reviewer', 'assistant'] as const
export type PromptName = (typeof PROMPT_NAMES)[number]
export type Prompts = Readonly<Record<PromptName, string>>

/** How to do one kind of work well. `says` is its first line, which stands in the index. */
export type Skill = { readonly name: string; readonly says: string; readonly text: string }

/** What stands in prompts/, and what the operator adds to the skills. */
export type PromptSources = {
  readonly rules: string
  readonly roles: Prompts
  /** Of two with one name the later one counts. */
  readonly skills: readonly Skill[]
}

const SKILL_NAME = /^[a-z0-9][a-z0-9-]{0,40}$/
const SKILL_CHARACTERS = 16_000
const SAYS_CHARACTERS = 100

/** Null for a name that no tool call could say, and for a file without words. */
export function toSkill(name: string, file: string): Skill | null {
  const text = file.trim().slice(0, SKILL_CHARACTERS)
  if (!SKILL_NAME.test(name) || text === '') return null
  const first = text.split('\n', 1)[0] ?? ''
  return { name, says: first.replace(/^#+\s*/, '').slice(0, SAYS_CHARACTERS), text }
}
