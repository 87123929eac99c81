// The shape in which the planner must answer. It is made of the roles and templates that there are, and tells a model that is wrong what
// would be right, in words that it can act on.
import { z } from 'zod'
import { WORK_KINDS } from '../vocabulary/plan.ts'
import type { RoleName } from '../vocabulary/plan.ts'
import { circleIn } from './plan-order.ts'

const SENTENCE = 1_000
const SUBTASKS = 20
/** Models write what is nothing in many ways. */
const NOTHING = /^(?:null|none|no|n\/a|-|)$/i

export type PlanChoices = { readonly roles: readonly RoleName[]; readonly templates: readonly string[] }

/** A plan that passes has unique ids, known roles and a graph without circles. */
export function planSchema({ roles, templates }: PlanChoices) {
  const sentence = z.string().max(SENTENCE)
  const subtask = z.object({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
    title: z.string().min(1).max(200),
    role: z.enum(roles),
    instructions: z.string().min(1).max(8_000),
    acceptance: z.array(sentence).max(20),
    depends_on: z.array(z.string()).max(SUBTASKS),
  })
  const plan = z
    .object({
      summary: sentence,
      kind: z.enum(WORK_KINDS),
      template: templates.length === 0 ? z.null() : z.enum(templates).nullable(),
      subtasks: z.array(subtask).min(1).max(SUBTASKS),
    })
    .superRefine(({ subtasks }, context) => {
      const problem = problemOf(subtasks)
      if (problem !== null) context.addIssue({ code: 'custom', path: ['subtasks'], message: problem })
    })
  return z.preprocess(forgiving, plan)
}

type Node = { readonly id: string; readonly depends_on: readonly string[] }

function problemOf(subtasks: readonly Node[]): string | null {
  const ids = subtasks.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) return `Two subtasks have the id "${twice}": give each one of its own.`
  for (const { id, depends_on } of subtasks) {
    const unknown = depends_on.find((other) => !ids.includes(other))
    if (unknown !== undefined)
      return `depends_on of "${id}" names "${unknown}", which is no subtask of this plan. Its ids are: ${ids.join(', ')}.`
  }
  const circle = circleIn(subtasks)
  if (circle === null) return null
  return `These subtasks wait for each other, so none can begin: ${circle.join(' -> ')}. Take one of these out of depends_on.`
}

/** Takes what older or weaker models leave out. Where no template is there, none is meant. */
function forgiving(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  const { kind = 'build', template = null, ...rest }: { readonly kind?: unknown; readonly template?: unknown } = given
  const none = typeof template === 'string' && NOTHING.test(template.trim())
  return { ...rest, kind: kind === null ? 'build' : kind, template: none ? null : template }
}
