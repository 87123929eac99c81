// Answers in words: one turn of the assistant, no tools, no sandbox; or the question back, where it is not clear what is wanted.
import { shorten } from '../vocabulary/short-text.ts'
import type { TaskResult } from '../vocabulary/task.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { askForTurn } from './ask.ts'
import { cited, withinWords } from './cited.ts'
import { taskPackOf } from './context.ts'
import { withoutSecretsOf } from './redaction.ts'
import { resultOf } from './result.ts'
import { splitParts } from './split-off.ts'
import type { Run } from './run.ts'
import { fullPrompt } from './task-pack.ts'

const SUMMARY_CHARACTERS = 200

/** Throws TaskFailure where the model says nothing at all. */
export async function answerQuestion(run: Run): Promise<TaskResult> {
  const { routing } = run.task
  const ask = routing?.ask ?? null
  if (ask !== null) return resultOf(run, { summary: firstLine(ask), answer: ask })
  const question = {
    step: 'answer',
    title: 'Answer',
    role: 'assistant',
    subject: 'answer',
    // Thanks and small talk need no big model.
    tier: routing?.intent === 'other' ? 'small' : run.crew.role('assistant').tier,
    system: run.promptPack.system('assistant'),
  }
  const asked = fullPrompt(taskPackOf(run, splitParts(run)))
  const turn = await askForTurn(run, question, [{ role: 'user', text: asked }], [])
  if (turn.text.trim() === '')
    throw new TaskFailure('The model gave no answer. Ask again, or ask another model (MODEL_MAIN).')
  const text = await withoutSecretsOf(run, turn.text, 'the answer')
  const answer = cited(withinWords(text), run.context.pack.sources)
  return resultOf(run, { summary: firstLine(answer.text), answer: answer.text, sources: answer.sources })
}

function firstLine(text: string): string {
  return shorten(text.trim().split('\n')[0] ?? '', SUMMARY_CHARACTERS)
}
