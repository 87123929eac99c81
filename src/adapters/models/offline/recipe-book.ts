// The offline model's recipes by name: what each plans, and what its agents do.
import { classify } from './classify.ts'
import type { Project, RecipeName } from './project.ts'
import { planProject, scriptProject } from './project-script.ts'
import { commandLineTool } from './recipes/cli.ts'
import { fixTests, searchScript } from './recipes/fix-tests.ts'
import { jsonApi } from './recipes/json-api.ts'
import { pythonWeb } from './recipes/python-web.ts'
import { restyle } from './recipes/restyle.ts'
import { staticSite } from './recipes/static-site.ts'
import { webApp } from './recipes/web-app.ts'
import type { Recipe, Situation } from './recipe.ts'
import type { Script } from './script.ts'

export const RECIPES: Readonly<Record<RecipeName, Recipe>> = {
  'web-app': building('web-app', webApp),
  'json-api': building('json-api', jsonApi),
  'static-site': building('static-site', staticSite),
  cli: building('cli', commandLineTool),
  'python-web': building('python-web', pythonWeb),
  'fix-tests': fixTests,
  restyle,
}

/** What the agent of a subtask does; null when no recipe has such a subtask. */
export function scriptFor(situation: Situation): Script | null {
  const { request, subject } = situation
  if (subject === 'repair') return repairScript(request)
  if (subject === 'review-fix')
    return givingUp('The offline model can not act on review findings; set a model key for that.')
  const found = Object.entries(RECIPES).find(([name]) => subject.startsWith(`${name}-`))
  return found?.[1].script(situation) ?? null
}

/** When the platform's checks failed: a search may still mend it, unless one has just been made. */
function repairScript(request: string): Script {
  const classification = classify(request)
  const hasSearched = classification.type === 'build' && classification.recipe === 'fix-tests'
  return hasSearched
    ? givingUp('The search for a small change has already found none; it takes a model to go further.')
    : searchScript()
}

function givingUp(summary: string): Script {
  return { steps: [], finish: () => ({ summary: `This is not done: ${summary}`, evidence: [] }) }
}

function building(name: RecipeName, build: (request: string) => Project): Recipe {
  return {
    plan: (request) => planProject(name, build(request)),
    script: ({ request, subject, files }) => scriptProject(name, build(request), subject, files),
  }
}
