// Which checks a workspace calls for, told from its files and from the tools that the sandbox has. Each runner decides for itself. Pure.
import type { CheckReport } from '../vocabulary/check.ts'
import { RUNNERS } from './checks/all.ts'
import type { CheckPlan, Detected } from './check-plan.ts'
import { findProjects, MOST_PROJECTS, wholeOf } from './find-projects.ts'
import type { Project, Workshop } from './project.ts'
import type { Runner, Wanted } from './runner.ts'
import { skippedCheck } from './skipped-check.ts'

/** In the order of the registry; each name once. */
export function detectChecks(workshop: Workshop, runners: readonly Runner[] = RUNNERS): Detected {
  const { projects, more } = findProjects(workshop)
  const whole = wholeOf(workshop)
  const run: CheckPlan[] = []
  const skipped: CheckReport[] = []
  const names = new Set<string>()
  for (const runner of runners) {
    for (const project of runner.scope === 'workspace' ? [whole] : projects) {
      for (const wanted of runner.detect(project)) {
        const check = nameOf(runner, project, wanted)
        if (names.has(check)) continue
        names.add(check)
        if (wanted.type === 'skip') skipped.push(skippedCheck(check, runner.kind, wanted.reason))
        else run.push(planOf(check, runner, project, wanted))
      }
    }
  }
  if (more > 0) skipped.push(skippedCheck('more projects', 'platform', moreThan(more)))
  return { run, skipped }
}

function nameOf({ name }: Runner, { folder }: Project, { part }: Wanted): string {
  const suffix = [folder, part ?? ''].filter((piece) => piece !== '').join('/')
  return suffix === '' ? name : `${name} (${suffix})`
}

function planOf(
  check: string,
  runner: Runner,
  { folder }: Project,
  wanted: Exclude<Wanted, { type: 'skip' }>,
): CheckPlan {
  const { kind } = runner
  if (wanted.type === 'look') return { type: 'look', check, kind, folder, look: wanted.look }
  const { command, timeoutMs, env = {}, parse = runner.parse, isQuiet } = wanted
  const quiet = isQuiet === true ? { isQuiet } : {}
  return { type: 'command', check, kind, folder, command, timeoutMs, env, parse, ...quiet }
}

function moreThan(more: number): string {
  return `Only the first ${MOST_PROJECTS} folders with a manifest of their own are checked by themselves; ${more} more ${more === 1 ? 'is' : 'are'} not.`
}
