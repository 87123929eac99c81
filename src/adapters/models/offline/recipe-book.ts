// The offline model's recipes by name: what each plans, and what its agents do.
import type { Plan } from '../../../core/vocabulary/plan.ts'
import type { Project, RecipeName } from './project.ts'
import { planProject, scriptProject } from './project-script.ts'
import { webApp } from './recipes/web-app.ts'
import type { Script } from './script.ts'

/** What an agent of the offline crew knows when it begins. */
export type Situation = {
  readonly request: string
  readonly subject: string
  /** The workspace's files when the subtask began. */
  readonly files: ReadonlySet<string>
}

export type Recipe = {
  readonly plan: (request: string) => Plan
  /** Null when the subject is none of its plan's subtasks. */
  readonly script: (situation: Situation) => Script | null
}

export const RECIPES: Readonly<Partial<Record<RecipeName, Recipe>>> = {
  'web-app': building('web-app', webApp),
}

/** The recipe that a subtask's id begins with. */
export function recipeOf(subject: string): Recipe | null {
  const found = Object.entries(RECIPES).find(([name]) => subject.startsWith(`${name}-`))
  return found?.[1] ?? null
}

function building(name: RecipeName, build: (request: string) => Project): Recipe {
  return {
    plan: (request) => planProject(name, build(request)),
    script: ({ request, subject, files }) => scriptProject(name, build(request), subject, files),
  }
}
