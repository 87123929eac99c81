// Who is in the crew: each role as its files in prompts/ say, with what the operator says on top of them. The one place that knows which
// roles and tools there are.
import { TaskFailure } from '../task/task-failure.ts'
import { WORK_KINDS } from '../vocabulary/plan.ts'
import type { RoleName, WorkKind } from '../vocabulary/plan.ts'
import type { ModelTier } from '../vocabulary/usage.ts'
import type { RoleFile } from './prompts.ts'
import { CrewMistake, instructionsOf, readRoleFile } from './role-file.ts'
import type { RoleFields } from './role-file.ts'
import type { Tool, ToolName } from './tools/tool.ts'

export type Role = {
  readonly name: RoleName
  /** What it does, in a few words: they stand in the index, and the planner chooses by them. */
  readonly says: string
  readonly tier: ModelTier
  /** None for a role that answers and never works in a sandbox. */
  readonly tools: readonly ToolName[]
  /** The role that it is a kind of. */
  readonly like: RoleName | null
  readonly text: string
  /** More instructions, by kind of work. */
  readonly kinds: Readonly<Partial<Record<WorkKind, string>>>
  /** The files that it comes from, those of the operator last. */
  readonly paths: readonly string[]
}

export type Crew = {
  /** By name. */
  readonly roles: readonly Role[]
  /** Throws TaskFailure: a plan may be older than the crew that does it. */
  readonly role: (name: RoleName) => Role
  /** Those that a plan may give subtasks to: who has tools. */
  readonly subtaskRoles: () => readonly Role[]
  /** Every tool there is, whoever has it. */
  readonly tools: readonly Tool[]
  readonly tool: (name: ToolName) => Tool | undefined
}

/** The platform itself turns to these. */
const PLATFORM_ROLES = ['router', 'planner', 'coder', 'reviewer', 'analyst', 'assistant']
/** Agents work in their tools and say so by this one when they are done. */
const LAST_TOOL = 'finish'
/** All of them stand in the index, which goes along with every call. */
const MOST_ROLES = 40
const ROLE_FILE = 'role'
const ROLE_NAME = /^[a-z][a-z0-9-]{0,30}$/
/** What the platform itself is called in the log. */
const RESERVED = ['platform', 'person']

/** Throws CrewMistake with one clear sentence where the files do not make a crew. */
export function buildCrew(files: readonly RoleFile[], tools: readonly Tool[]): Crew {
  const toolsByName = new Map(tools.map((tool) => [tool.name, tool]))
  const drafts = new Map([...Map.groupBy(files, ({ role }) => role)].map(([name, own]) => [name, draftOf(name, own)]))
  for (const name of PLATFORM_ROLES) {
    if (!drafts.has(name))
      throw new CrewMistake(`${name}/role.md`, `it is missing, and the platform needs the ${name}.`)
  }
  const tooMany = [...drafts.values()][MOST_ROLES]
  if (tooMany !== undefined)
    throw new CrewMistake(tooMany.path, `there are ${drafts.size} roles; ${MOST_ROLES} are the most.`)
  const roles = [...drafts.values()]
    .map((draft) => roleFrom(draft, drafts))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  for (const role of roles) checkTools(role, toolsByName)
  const byName = new Map(roles.map((role) => [role.name, role]))
  const subtaskRoles = roles.filter((role) => role.tools.length > 0)
  return {
    roles,
    role: (name) => {
      const role = byName.get(name)
      if (role === undefined) throw new TaskFailure(`There is no role "${name}" in this crew.`)
      return role
    },
    subtaskRoles: () => subtaskRoles,
    tools: [...toolsByName.values()],
    tool: (name) => toolsByName.get(name),
  }
}

/** What the files of one role say, before it takes anything from the role that it is like. */
type Draft = {
  readonly name: string
  readonly path: string
  readonly fields: RoleFields
  readonly text: string
  readonly kinds: ReadonlyMap<WorkKind, string>
  readonly paths: readonly string[]
}

function draftOf(name: string, files: readonly RoleFile[]): Draft {
  const path = files.at(-1)?.path ?? name
  if (!ROLE_NAME.test(name) || RESERVED.includes(name))
    throw new CrewMistake(path, `"${name}" can't be the name of a role: that is lower-case letters, digits and dashes.`)
  let fields: RoleFields = {}
  let text = ''
  const kinds = new Map<WorkKind, string>()
  for (const file of files) {
    if (file.name === ROLE_FILE) {
      const read = readRoleFile(file)
      fields = { ...fields, ...read.fields }
      // A file that only says fields changes no word.
      if (read.text !== '') text = read.text
      continue
    }
    const kind = WORK_KINDS.find((one) => one === file.name)
    if (kind === undefined)
      throw new CrewMistake(file.path, `"${file.name}" is no kind of work; there are ${WORK_KINDS.join(', ')}.`)
    kinds.set(kind, instructionsOf(file.path, file.text))
  }
  const own = files.findLast((file) => file.name === ROLE_FILE)?.path
  if (own === undefined) throw new CrewMistake(path, `there is no role.md for the role "${name}".`)
  return { name, path: own, fields, text, kinds, paths: files.map((file) => file.path) }
}

function roleFrom(draft: Draft, drafts: ReadonlyMap<string, Draft>): Role {
  const line = lineage(draft, drafts)
  const { says } = draft.fields
  if (says === undefined)
    throw new CrewMistake(draft.path, 'it has no line "says: …", what the role does in a few words.')
  const tier = line.find(({ fields }) => fields.tier !== undefined)?.fields.tier
  if (tier === undefined) throw new CrewMistake(draft.path, 'it has no line "tier: …", the models that it thinks with.')
  const alone = line.findIndex(({ fields, text }) => fields.alone === true && text !== '')
  const texts = line.slice(0, alone === -1 ? line.length : alone + 1).map(({ text }) => text)
  const text = texts
    .filter((one) => one !== '')
    .toReversed()
    .join('\n\n')
  if (text === '') throw new CrewMistake(draft.path, 'it has no instructions.')
  return {
    name: draft.name,
    says,
    tier,
    tools: line.find(({ fields }) => fields.tools !== undefined)?.fields.tools ?? [],
    like: draft.fields.like ?? null,
    text,
    kinds: Object.fromEntries(line.toReversed().flatMap(({ kinds }) => [...kinds])),
    paths: draft.paths,
  }
}

/** The role, the one that it is like, the one that that one is like. */
function lineage(draft: Draft, drafts: ReadonlyMap<string, Draft>): readonly Draft[] {
  const line = [draft]
  for (let last = draft; last.fields.like !== undefined;) {
    const next = drafts.get(last.fields.like)
    if (next === undefined)
      throw new CrewMistake(last.path, `it is like "${last.fields.like}", and there is no such role.`)
    if (line.includes(next))
      throw new CrewMistake(
        draft.path,
        `"like" goes in a circle: ${[...line, next].map(({ name }) => name).join(', ')}.`,
      )
    line.push(next)
    last = next
  }
  return line
}

function checkTools({ name, tools, paths }: Role, known: ReadonlyMap<ToolName, Tool>): void {
  const path = paths.findLast((one) => one.endsWith('role.md')) ?? name
  const unknown = tools.find((tool) => !known.has(tool))
  if (unknown !== undefined)
    throw new CrewMistake(path, `there is no tool "${unknown}"; there are ${[...known.keys()].join(', ')}.`)
  if (tools.length > 0 && !tools.includes(LAST_TOOL))
    throw new CrewMistake(path, `it has tools and not "${LAST_TOOL}", by which an agent says that it is done.`)
  if (name === 'coder' && tools.length === 0)
    throw new CrewMistake(path, 'the coder needs tools: what checks and reviews find goes back to it.')
}
