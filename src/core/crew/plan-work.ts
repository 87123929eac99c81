// The plan of a piece of software: asked for once, and held to be a graph without circles before anything is done by it.
import type { Plan } from '../vocabulary/plan.ts'
import { askForObject } from './ask.ts'
import { filesOf } from './brief.ts'
import { taskPackOf } from './context.ts'
import { planSchema } from './plan-schema.ts'
import type { Run } from './run.ts'
import { splitParts } from './split-off.ts'
import { fullPrompt } from './task-pack.ts'
import type { Workshop } from './workshop.ts'

export async function makePlan(run: Run, workshop: Workshop): Promise<Plan> {
  const { tier } = run.crew.role('planner')
  const question = {
    step: 'plan',
    title: 'Plan the work',
    role: 'planner',
    subject: 'plan',
    tier,
    system: run.promptPack.system('planner'),
  }
  const pack = taskPackOf(run, splitParts(run))
  const prompt = [fullPrompt(pack), await filesOf(run, workshop, run.task.inputText)].join('\n\n')
  const roles = run.crew.subtaskRoles().map(({ name }) => name)
  return askForObject(run, question, prompt, planSchema({ roles, templates: [] }), 'plan')
}
