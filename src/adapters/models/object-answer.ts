// An answer in a given shape, with one chance for the model to correct itself.
import { z } from 'zod'
import type { ChatMessage, ModelObject, ObjectRequest } from '../../core/ports/models.ts'
import { ModelError } from '../../core/ports/models.ts'
import { clip, onOneLine } from '../../core/vocabulary/short-text.ts'
import type { Usage } from '../../core/vocabulary/usage.ts'
import { modelName, NO_TOKENS, sumOf } from '../../core/vocabulary/usage.ts'
import type { Answer, Question, QuestionMedia } from './ask.ts'
import { labelOf } from './in-order.ts'
import { jsonIn } from './json-in-text.ts'
import type { Candidate } from './providers.ts'

const OBJECT_TRIES = 2

export type Given = { readonly answer: Answer; readonly candidate: Candidate }

/** `asker` asks the models given, or all that there are. `media` goes along with the prompt. */
export async function askObject<T>(
  request: Omit<ObjectRequest<T>, 'tier'>,
  asker: (question: Question, from?: readonly Candidate[]) => Promise<Given>,
  media?: QuestionMedia,
): Promise<ModelObject<T>> {
  const { schema, schemaName, maxOutputTokens } = request
  const description = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  // Said in words too: not every endpoint passes a response format on to its model.
  const system = `${request.system}\n\nAnswer with one JSON object alone that matches this JSON Schema (${schemaName}):\n${description}`
  const messages: ChatMessage[] = [{ role: 'user', text: request.prompt }]
  let usage: Usage = NO_TOKENS
  let problem = ''
  let from: readonly Candidate[] | undefined
  for (let attempt = 1; attempt <= OBJECT_TRIES; attempt += 1) {
    const given = await asker(
      { system, messages, media, tools: [], shape: { name: schemaName, schema }, maxOutputTokens },
      from,
    )
    usage = sumOf(usage, given.answer.usage)
    const json = jsonIn(given.answer.text)
    const parsed = json === undefined ? null : schema.safeParse(json)
    if (parsed?.success === true) return { value: parsed.data, usage, model: labelOf(given.candidate) }
    problem = parsed === null ? 'That was not JSON.' : z.prettifyError(parsed.error)
    if (given.answer.finish === 'length') problem = `The answer was cut off after ${maxOutputTokens} tokens.`
    from = [given.candidate]
    messages.push(
      { role: 'assistant', text: given.answer.text || '(nothing)', toolCalls: [], providerData: null },
      {
        role: 'user',
        text: `That does not fit: ${problem.slice(0, 2_000)}\nAnswer again, with the whole corrected JSON object alone.`,
      },
    )
  }
  const who = from?.[0] === undefined ? 'The model' : modelName(from[0])
  const why = clip(onOneLine(problem), 200)
  throw new ModelError(
    'malformed',
    `${who} did not answer in the shape “${schemaName}” in ${OBJECT_TRIES} tries (${why}); choose another model.`,
  )
}
