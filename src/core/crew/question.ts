// Answers a question: one turn of the assistant, no tools, no sandbox.
import type { TaskResult } from '../vocabulary/task.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { askForTurn } from './ask.ts'
import { quote } from './prompts.ts'
import { resultOf } from './result.ts'
import type { Run } from './run.ts'

export async function answerQuestion(run: Run): Promise<TaskResult> {
  const question = {
    step: 'answer',
    title: 'Answer',
    role: 'assistant',
    subject: 'answer',
    tier: 'main',
    system: run.prompts.assistant,
  } as const
  const turn = await askForTurn(run, question, [{ role: 'user', text: quote('request', run.task.inputText) }], [])
  if (turn.text.trim() === '')
    throw new TaskFailure('The model gave no answer. Ask again, or ask another model (MODEL_MAIN).')
  return resultOf(run, { summary: firstLine(turn.text), answer: turn.text })
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
