// Real models, through the AI SDK: a tier's models in order, with bounded retries, fallback and a deadline that holds.
import type { ChatMessage, ChatRequest, ChatTurn, Models } from '../../core/ports/models.ts'
import { ModelError } from '../../core/ports/models.ts'
import type { ModelTier, Usage } from '../../core/vocabulary/usage.ts'
import { modelName, NO_TOKENS, sumOf } from '../../core/vocabulary/usage.ts'
import type { Answer, Question } from './ask.ts'
import { ask } from './ask.ts'
import type { AskDeps } from './in-order.ts'
import { askInOrder, labelOf, withDeadline } from './in-order.ts'
import type { Given } from './object-answer.ts'
import { askObject } from './object-answer.ts'
import type { Candidate } from './providers.ts'

type Asker = (question: Question) => Promise<Given>

/** `candidates` in the order in which they are asked; none may be empty. Implements the promises of the port. */
export function createAiSdkModels(
  candidates: Readonly<Record<ModelTier, readonly Candidate[]>>,
  deps: AskDeps,
): Pick<Models, 'describe' | 'chat' | 'object'> {
  const askTier = (asked: readonly Candidate[], question: Question, signal: AbortSignal): Promise<Given> =>
    askInOrder(asked, (candidate) => ask(candidate, question, signal), signal, deps)
  return {
    describe: (tier) => labelOf(firstOf(candidates[tier])),
    chat: (request, signal) =>
      withDeadline(request.deadlineMs, signal, (inner) =>
        chat(request, (question) => askTier(candidates[request.tier], question, inner)),
      ),
    object: (request, signal) =>
      withDeadline(request.deadlineMs, signal, (inner) =>
        askObject(request, (question, from) => askTier(from ?? candidates[request.tier], question, inner)),
      ),
  }
}

async function chat(request: ChatRequest, asker: Asker): Promise<ChatTurn> {
  const { system, tools, maxOutputTokens } = request
  const question = { system, tools, maxOutputTokens, shape: null, messages: request.messages }
  const first = await asker(question)
  if (first.answer.brokenCalls.length === 0) return toTurn(first, NO_TOKENS)
  // A turn that was cut off by its length has broken arguments for that reason: asking again would cut it again.
  if (first.answer.finish === 'length') return toTurn(first, NO_TOKENS)
  const second = await asker({ ...question, messages: [...request.messages, complaint(first.answer)] })
  if (second.answer.brokenCalls.length === 0 || second.answer.finish === 'length')
    return toTurn(second, first.answer.usage)
  throw new ModelError(
    'malformed',
    `${modelName(second.candidate)} twice called a tool with arguments that are not JSON; choose another model.`,
  )
}

function complaint({ brokenCalls }: Answer): ChatMessage {
  const calls = brokenCalls.map(({ tool, raw }) => `${tool}: ${raw.slice(0, 500)}`).join('\n')
  return {
    role: 'user',
    text: `Your last turn was dropped: these tool calls had arguments that are not valid JSON. Make the turn again, with valid arguments.\n${calls}`,
  }
}

function toTurn({ answer, candidate }: Given, spentBefore: Usage): ChatTurn {
  const { text, toolCalls, finish, providerData } = answer
  return { text, toolCalls, finish, providerData, usage: sumOf(spentBefore, answer.usage), model: labelOf(candidate) }
}

function firstOf(candidates: readonly Candidate[]): Candidate {
  const [first] = candidates
  if (first === undefined) throw new ModelError('unsupported', 'No model is configured for this; set MODEL_MAIN.')
  return first
}
