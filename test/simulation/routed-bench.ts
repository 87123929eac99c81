// A bench on which plain words are played: its router says what a test tells it to, and what models were told can be read.
import type { ChatRequest, ObjectRequest } from '../../src/core/ports/models.ts'
import type { JsonObject, JsonValue } from '../../src/core/vocabulary/json.ts'
import { createWorkbench, FINISH, usualAnswers } from './workbench.ts'
import type { WorkbenchOptions } from './workbench.ts'

export const DEV = {
  intent: 'command',
  task_type: 'dev_pipeline',
  confidence: 0.9,
  summary: 'A page.',
  plan: 'Build it.',
}
export const QUESTION = {
  intent: 'question',
  task_type: 'question',
  confidence: 0.9,
  summary: 'A question.',
  plan: 'Answer.',
}

/** A bench whose router says what it is told to, in order, the last one again and again; with everything that models were told. */
export function routed(answers: readonly JsonObject[], options: WorkbenchOptions = {}) {
  const prompts: { readonly role: string; readonly system: string; readonly text: string }[] = []
  const usual = usualAnswers()
  let asked = 0
  const bench = createWorkbench({
    ...options,
    script: {
      object: (request, signal): JsonValue | Promise<JsonValue> => {
        prompts.push(told(request))
        if (request.schemaName !== 'route') return usual(request, signal)
        asked += 1
        return answers[Math.min(asked, answers.length) - 1] ?? null
      },
      chat: (request, turn) => {
        prompts.push(toldFirst(request))
        return (
          options.script?.chat?.(request, turn, new AbortController().signal) ?? {
            text: 'It is so.',
            calls: request.tools.length > 0 ? [FINISH] : [],
          }
        )
      },
    },
  })
  const of = (role: string) => prompts.filter((prompt) => prompt.role === role).map(({ text }) => text)
  return { ...bench, prompts, of }
}
const told = ({ purpose, system, prompt }: Omit<ObjectRequest<unknown>, 'schema'>) => ({
  role: purpose.role,
  system,
  text: prompt,
})
const toldFirst = ({ purpose, system, messages }: ChatRequest) => {
  const first = messages[0]
  return { role: purpose.role, system, text: first?.role === 'user' ? first.text : '' }
}
