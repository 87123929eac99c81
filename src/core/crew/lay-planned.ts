// The template that a plan begins with, laid as the first thing that is done by it.
import type { Plan } from '../vocabulary/plan.ts'
import { layTemplate } from './lay-template.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** Nothing where the plan names none. Throws TaskFailure where there is no such template. */
export async function layPlannedTemplate(run: Run, workshop: Workshop, { template }: Plan): Promise<void> {
  if (template == null) return
  await run.journal.step('template', { agent: 'platform', title: `Lay the template ${template}` }, async () => {
    const laid = await layTemplate(run, workshop.sandbox, template)
    return { output: laid, commit: await workshop.snapshot(`template ${template}`) }
  })
}
