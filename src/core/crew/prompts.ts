// The crew's instructions as they lie in files: the rules above all of them, the files of each role, and skills that are read when needed.

/** One file of a role's folder, as it was read: `role`, or a kind of work. */
export type RoleFile = {
  readonly role: string
  /** Its name without `.md`. */
  readonly name: string
  /** Where it lies, for whoever has to mend it. */
  readonly path: string
  readonly text: string
}

/** What stands in prompts/, and what the operator adds. */
export type PromptSources = {
  readonly rules: string
  /** Of two with one role and name the later one goes on top of the earlier one. */
  readonly roles: readonly RoleFile[]
  /** Of two with one name the later one counts. */
  readonly skills: readonly Skill[]
}

/** How to do one kind of work well. `says` is its first line, which stands in the index. */
export type Skill = { readonly name: string; readonly says: string; readonly text: string }

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
