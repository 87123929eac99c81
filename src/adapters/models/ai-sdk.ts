// Real models, through the AI SDK: a tier's models in order, with bounded retries, fallback and a deadline that holds.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type {
  ChatMessage,
  ChatRequest,
  ChatTurn,
  ModelErrorKind,
  ModelObject,
  Models,
  ObjectRequest,
} from '../../core/ports/models.ts'
import { ModelError } from '../../core/ports/models.ts'
import type { ModelLabel, ModelTier, Usage } from '../../core/vocabulary/usage.ts'
import type { Answer, AskFailure, Question } from './ask.ts'
import { ask } from './ask.ts'
import { jsonIn } from './json-in-text.ts'
import type { Candidate } from './providers.ts'

export type AiSdkDeps = {
  /** A retry or a fallback, one line each, without keys. */
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
  /** The first pause before asking again; it doubles, with jitter. 500 unless told. */
  readonly backoffMs?: number
}

const ATTEMPTS_PER_MODEL = 3
const OBJECT_TRIES = 2
/** With another model at hand, nobody waits longer than this for the one that asked for patience. */
const PATIENCE_WITH_FALLBACK_MS = 5_000

type Given = { readonly answer: Answer; readonly candidate: Candidate }
type Asker = (question: Question) => Promise<Given>

/** `candidates` in the order in which they are asked; none may be empty. Implements the promises of the port. */
export function createAiSdkModels(
  candidates: Readonly<Record<ModelTier, readonly Candidate[]>>,
  deps: AiSdkDeps,
): Models {
  return {
    describe: (tier) => labelOf(firstOf(candidates[tier])),
    chat: (request, signal) =>
      withDeadline(request.deadlineMs, signal, (inner) =>
        chat(request, (question) => askTier(candidates[request.tier], question, inner, deps)),
      ),
    object: (request, signal) =>
      withDeadline(request.deadlineMs, signal, (inner) =>
        object(request, (question, from) => askTier(from ?? candidates[request.tier], question, inner, deps)),
      ),
  }
}

async function chat(request: ChatRequest, asker: Asker): Promise<ChatTurn> {
  const { system, tools, maxOutputTokens } = request
  const question = { system, tools, maxOutputTokens, shape: null, messages: request.messages }
  const first = await asker(question)
  if (first.answer.brokenCalls.length === 0) return toTurn(first, NOTHING)
  // A turn that was cut off by its length has broken arguments for that reason: asking again would cut it again.
  if (first.answer.finish === 'length') return toTurn(first, NOTHING)
  const second = await asker({ ...question, messages: [...request.messages, complaint(first.answer)] })
  if (second.answer.brokenCalls.length === 0 || second.answer.finish === 'length')
    return toTurn(second, first.answer.usage)
  throw new ModelError(
    'malformed',
    `${nameOf(second.candidate)} twice called a tool with arguments that are not JSON; choose another model.`,
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
  return { text, toolCalls, finish, providerData, usage: sum(spentBefore, answer.usage), model: labelOf(candidate) }
}

async function object<T>(
  request: ObjectRequest<T>,
  asker: (question: Question, from?: readonly Candidate[]) => Promise<Given>,
): Promise<ModelObject<T>> {
  const { schema, schemaName, maxOutputTokens } = request
  const description = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  // Said in words too: not every endpoint passes a response format on to its model.
  const system = `${request.system}\n\nAnswer with one JSON object alone that matches this JSON Schema (${schemaName}):\n${description}`
  const messages: ChatMessage[] = [{ role: 'user', text: request.prompt }]
  let usage: Usage = NOTHING
  let problem = ''
  let from: readonly Candidate[] | undefined
  for (let attempt = 1; attempt <= OBJECT_TRIES; attempt += 1) {
    const given = await asker(
      { system, messages, tools: [], shape: { name: schemaName, schema }, maxOutputTokens },
      from,
    )
    usage = sum(usage, given.answer.usage)
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
  const who = from?.[0] === undefined ? 'The model' : nameOf(from[0])
  const why = problem.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
  throw new ModelError(
    'malformed',
    `${who} did not answer in the shape “${schemaName}” in ${OBJECT_TRIES} tries (${why}); choose another model.`,
  )
}

/** The first whole answer. Goes on to the next model only while no content of an answer has come. */
async function askTier(
  candidates: readonly Candidate[],
  question: Question,
  signal: AbortSignal,
  deps: AiSdkDeps,
): Promise<Given> {
  const failures: AskFailure[] = []
  for (const [index, candidate] of candidates.entries()) {
    const isLast = index === candidates.length - 1
    for (let attempt = 1; attempt <= ATTEMPTS_PER_MODEL; attempt += 1) {
      const answer = await ask(candidate, question, signal)
      signal.throwIfAborted()
      if (answer.type === 'answer') return { answer, candidate }
      if (answer.contentSeen) throw new ModelError(answer.kind, answer.sentence, answer.cause)
      const pause = pauseBefore(attempt + 1, answer, deps)
      const goesOn = answer.again && attempt < ATTEMPTS_PER_MODEL && (isLast || pause <= PATIENCE_WITH_FALLBACK_MS)
      deps.log('warn', goesOn ? `${answer.sentence} Asking again in ${pause} ms.` : answer.sentence)
      if (!goesOn) {
        failures.push(answer)
        break
      }
      await sleep(pause, undefined, { signal })
    }
  }
  throw allFailed(failures)
}

function pauseBefore(attempt: number, failure: AskFailure, { backoffMs = 500 }: AiSdkDeps): number {
  const jittered = backoffMs * 2 ** (attempt - 2) * (0.75 + Math.random() / 2)
  return Math.round(failure.retryAfterMs ?? jittered)
}

/** Whether to try again later is decided by the kind, so a passing trouble of one model outweighs a lasting one of another. */
function allFailed(failures: readonly AskFailure[]): ModelError {
  const passing = new Set<ModelErrorKind>(['rate_limited', 'overloaded', 'unreachable'])
  const shown = failures.find(({ kind }) => passing.has(kind)) ?? failures[0]
  if (shown === undefined) return new ModelError('unsupported', 'No model is configured for this; set MODEL_MAIN.')
  const message =
    failures.length === 1
      ? shown.sentence
      : `No model answered: ${failures.map(({ sentence }) => sentence.replace(/\.$/, '')).join(' — ')}.`
  return new ModelError(shown.kind, message, shown.cause)
}

/** Ends when the work does, the time is up or `signal` aborts, whichever comes first: what still runs is aborted and not waited for. */
async function withDeadline<T>(
  deadlineMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const stopped = Promise.withResolvers<never>()
  const stop = (error: ModelError): void => {
    stopped.reject(error)
    controller.abort(error)
  }
  const onAbort = (): void => stop(new ModelError('aborted', 'The model call was stopped.', signal.reason))
  if (signal.aborted) throw new ModelError('aborted', 'The model call was stopped.', signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const seconds = Math.round(deadlineMs / 100) / 10
  const timer = setTimeout(
    () =>
      stop(
        new ModelError(
          'timeout',
          `The model gave no whole answer within ${seconds} seconds; try again or choose a faster model.`,
        ),
      ),
    deadlineMs,
  )
  try {
    const working = work(controller.signal)
    working.catch(() => {})
    return await Promise.race([working, stopped.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    stopped.promise.catch(() => {})
  }
}

const NOTHING: Usage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 }

function sum(a: Usage, b: Usage): Usage {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
  }
}

function firstOf(candidates: readonly Candidate[]): Candidate {
  const [first] = candidates
  if (first === undefined) throw new ModelError('unsupported', 'No model is configured for this; set MODEL_MAIN.')
  return first
}

function labelOf({ provider, model }: Candidate): ModelLabel {
  return { provider, model, offline: false }
}

function nameOf({ provider, model }: Candidate): string {
  return `${provider}/${model}`
}
