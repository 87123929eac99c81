// The offline model: answers by rules and recipes where no model key is set, so that everything else can be used for real.
// It has no state and no clock: the same request always gives the same answer.
import type { ChatMessage, ChatRequest, ChatTurn, Models, ObjectRequest } from '../../../core/ports/models.ts'
import { ModelError } from '../../../core/ports/models.ts'
import { NO_ANALYSIS } from '../../../core/vocabulary/healing.ts'
import type { JsonValue } from '../../../core/vocabulary/json.ts'
import type { ModelLabel, Usage } from '../../../core/vocabulary/usage.ts'
import { refusalOf } from './about.ts'
import { answerTo } from './answer.ts'
import { filesOf, quoted, requestOf, withWholeRequest, wholeRequestOf } from './brief.ts'
import { toldIn } from './from-context.ts'
import { readMessage } from './read-message.ts'
import { RECIPES, scriptFor } from './recipe-book.ts'
import { reviewDiff } from './review.ts'
import { route } from './route.ts'
import type { Move } from './script.ts'
import { nextMove } from './script.ts'

const OFFLINE_MODEL: ModelLabel = { provider: 'offline', model: 'recipes', offline: true }

/**
 * Tokens in its usage are estimates (characters / 4). Throws ModelError `unsupported` where it has no recipe,
 * `aborted` when the signal is, never anything else.
 */
export function createOfflineModels(): Models {
  return {
    describe: () => OFFLINE_MODEL,
    chat: async (request, signal) => {
      refuseAborted(signal)
      return moveToTurn(request, moveFor(request))
    },
    object: async (request, signal) => {
      refuseAborted(signal)
      const answer = objectFor(request)
      const value = request.schema.safeParse(answer)
      if (!value.success) {
        throw new ModelError(
          'unsupported',
          `The offline model can't answer in the shape “${request.schemaName}”.`,
          value.error,
        )
      }
      return {
        value: value.data,
        usage: usageOf(request.system + request.prompt, JSON.stringify(answer)),
        model: OFFLINE_MODEL,
      }
    },
    transcribe: async (_, signal) => refuseSense('hears', signal),
    describeImage: async (_, signal) => refuseSense('sees', signal),
    embed: async (_, signal) => refuseSense('embeds', signal),
    embeddingModel: () => null,
  }
}

function refuseSense(what: string, signal: AbortSignal): never {
  refuseAborted(signal)
  throw new ModelError(
    'unsupported',
    `No model ${what} while the offline model answers: set a model key in .env.secrets.`,
  )
}

function objectFor<T>(request: ObjectRequest<T>): JsonValue {
  const { subject } = request.purpose
  // It mends by search, in a coder's tools, and not by looking.
  if (subject === 'analysis') return NO_ANALYSIS
  if (subject === 'review') return reviewDiff(quoted(request.prompt, 'diff'))
  const told = toldIn(request.prompt)
  const message = requestOf(request.prompt)
  if (subject === 'route') return route(message, told)
  if (subject === 'plan') {
    const { classification, wish } = readMessage(message, told)
    const recipe = classification.type === 'build' ? RECIPES[classification.recipe] : undefined
    if (recipe === undefined) throw new ModelError('unsupported', refusalOf(classification))
    return withWholeRequest(recipe.plan(wish.request), wish.request)
  }
  throw new ModelError('unsupported', `The offline model has no answer for “${subject}”.`)
}

function moveFor({ purpose, messages }: ChatRequest): Move {
  const brief = messages.find((message) => message.role === 'user')?.text ?? ''
  const { subject } = purpose
  if (subject === 'answer') {
    const told = toldIn(brief)
    return { text: answerTo(readMessage(requestOf(brief), told), told), calls: [] }
  }
  const request = wholeRequestOf(brief) ?? readMessage(requestOf(brief), toldIn(brief)).wish.request
  const script = scriptFor({ request, subject, files: filesOf(brief) })
  if (script === null)
    throw new ModelError('unsupported', `The offline model has no recipe for the subtask “${subject}”.`)
  return nextMove(script, messages)
}

function moveToTurn(request: ChatRequest, move: Move): ChatTurn {
  const turn = request.messages.filter((message) => message.role === 'assistant').length + 1
  const toolCalls = move.calls.map(({ tool, input }, index) => ({ id: `offline-${turn}-${index + 1}`, tool, input }))
  return {
    text: move.text,
    toolCalls,
    finish: toolCalls.length > 0 ? 'tool_calls' : 'stop',
    providerData: null,
    usage: usageOf(request.system + request.messages.map(messageText).join(''), move.text + JSON.stringify(toolCalls)),
    model: OFFLINE_MODEL,
  }
}

function messageText(message: ChatMessage): string {
  switch (message.role) {
    case 'user':
      return message.text
    case 'assistant':
      return message.text + JSON.stringify(message.toolCalls)
    case 'tool':
      return message.output
  }
}

function usageOf(input: string, output: string): Usage {
  return {
    input_tokens: Math.ceil(input.length / 4),
    output_tokens: Math.ceil(output.length / 4),
    cached_input_tokens: 0,
  }
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ModelError('aborted', 'The model call was stopped.', signal.reason)
}
