// The reviewer's word on the whole diff, recorded as a step.
import { quote } from '../context/quote.ts'
import type { Plan, Review } from '../vocabulary/plan.ts'
import { askForObject } from './ask.ts'
import { diffBetween } from './changes.ts'
import { taskPackOf } from './context.ts'
import type { Run } from './run.ts'
import { REVIEW_SCHEMA } from './schemas.ts'
import { splitParts } from './split-off.ts'
import { narrowPrompt } from './task-pack.ts'
import type { Workshop } from './workshop.ts'

const REVIEW_BYTES = 200_000

export async function reviewWork(run: Run, workshop: Workshop, step: string, plan: Plan): Promise<Review> {
  const to = run.journal.lastCommit() ?? workshop.baseline
  const question = {
    step,
    title: 'Review the whole diff',
    role: 'reviewer',
    subject: 'review',
    tier: run.crew.role('reviewer').tier,
    system: run.promptPack.system('reviewer', plan.kind),
  }
  const diff = run.journal.has(step)
    ? { patch: '', truncated: false }
    : await diffBetween(run, workshop.baseline, to, REVIEW_BYTES)
  const prompt = [
    narrowPrompt({ ...taskPackOf(run, splitParts(run)), readings: [] }),
    quote('plan', plan.summary),
    quote('diff', diff.patch),
    ...(diff.truncated
      ? ['The diff goes on: it is too long to be shown whole. Say in your summary that you saw a part.']
      : []),
  ].join('\n\n')
  return askForObject(run, question, prompt, REVIEW_SCHEMA, 'review')
}
