// A crew for tests: the roles of the project with their tools, each of whose words are its own name.
import { buildCrew } from '../../src/core/crew/crew-registry.ts'
import type { Crew } from '../../src/core/crew/crew-registry.ts'
import type { RoleFile } from '../../src/core/crew/prompts.ts'
import { TOOLS } from '../../src/core/crew/tools/registry.ts'
import type { Tool } from '../../src/core/crew/tools/tool.ts'

const MAKES = 'tier: main\ntools: read, write, edit, list, search, shell, skill, finish'
const HEADS: Readonly<Record<string, string>> = {
  router: 'tier: small',
  planner: 'tier: main',
  coder: MAKES,
  frontend: 'like: coder',
  backend: 'like: coder',
  data: 'like: coder',
  ops: 'like: coder',
  executor: 'tier: main\ntools: read, list, search, shell, serve, skill, finish',
  tester: MAKES,
  reviewer: 'tier: review',
  analyst: 'tier: main',
  assistant: 'tier: main',
}

export const PLAYED_FILES: readonly RoleFile[] = Object.entries(HEADS).map(([role, head]) =>
  roleFile(role, `---\nsays: is the ${role}\n${head}\n---\n${role}`),
)

export function roleFile(role: string, text: string, name = 'role'): RoleFile {
  return { role, name, path: `prompts/${role}/${name}.md`, text }
}

/** `more` are files on top of them, as an operator's are. */
export function playedCrew(more: readonly RoleFile[] = [], tools: readonly Tool[] = TOOLS): Crew {
  return buildCrew([...PLAYED_FILES, ...more], tools)
}
