// The plan of a piece of software: asked for once, and held to be a graph without circles before anything is done by it.
import { enclose, withoutTags } from '../context/quote.ts'
import type { TemplateInfo } from '../ports/templates.ts'
import type { Plan } from '../vocabulary/plan.ts'
import { clip, onOneLine } from '../vocabulary/short-text.ts'
import { askForObject } from './ask.ts'
import { ATTACHMENTS_FOLDER } from './attachments.ts'
import { filesOf } from './brief.ts'
import { taskPackOf } from './context.ts'
import { planSchema } from './plan-schema.ts'
import type { Run } from './run.ts'
import { splitParts } from './split-off.ts'
import { fullPrompt } from './task-pack.ts'
import type { Workshop } from './workshop.ts'

const STEP = 'plan'
/** Who sent more than this along has something to begin with. */
const MOST_LISTED = 100
const TEMPLATES = 20
const SAYS_CHARACTERS = 120

export async function makePlan(run: Run, workshop: Workshop): Promise<Plan> {
  const question = {
    step: STEP,
    title: 'Plan the work',
    role: 'planner',
    subject: 'plan',
    tier: run.crew.role('planner').tier,
    system: run.promptPack.system('planner'),
  }
  const roles = run.crew.subtaskRoles().map(({ name }) => name)
  // What was planned is read from the log: nobody looks around for it again.
  const isPlanned = run.journal.has(STEP)
  const templates = isPlanned ? [] : await templatesFor(run, workshop)
  const prompt = isPlanned ? '' : await promptFor(run, workshop, templates)
  const schema = planSchema({ roles, templates: templates.map(({ name }) => name) })
  return askForObject(run, question, prompt, schema, 'plan')
}

async function promptFor(run: Run, workshop: Workshop, templates: readonly TemplateInfo[]): Promise<string> {
  const files = await filesOf(run, workshop, run.task.inputText)
  return [fullPrompt(taskPackOf(run, splitParts(run))), ...templatesPart(templates), files].join('\n\n')
}

/** Work begins with a template only where there is nothing yet but what the person sent along. */
async function templatesFor({ templates }: Run, { sandbox }: Workshop): Promise<readonly TemplateInfo[]> {
  const entries = await sandbox.list('.', MOST_LISTED)
  const isEmpty =
    !('type' in entries) &&
    entries.length < MOST_LISTED &&
    entries.every(({ path }) => path === ATTACHMENTS_FOLDER || path.startsWith(`${ATTACHMENTS_FOLDER}/`))
  return isEmpty ? (await templates.list()).slice(0, TEMPLATES) : []
}

function templatesPart(templates: readonly TemplateInfo[]): readonly string[] {
  if (templates.length === 0) return []
  const lines = templates.map(({ name, says }) => `- ${name}: ${withoutTags(clip(onOneLine(says), SAYS_CHARACTERS))}`)
  return [enclose('templates', lines)]
}
