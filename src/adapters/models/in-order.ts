// Asks models one after the other: bounded retries with growing pauses, then the next one, within a deadline that holds.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelErrorKind } from '../../core/ports/models.ts'
import { ModelError } from '../../core/ports/models.ts'
import type { ModelLabel } from '../../core/vocabulary/usage.ts'
import type { AskFailure } from './ask.ts'
import type { ModelReference } from './providers.ts'

export type AskDeps = {
  /** A retry or a fallback, one line each, without keys. */
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
  /** The first pause before asking again; it doubles, with jitter. 500 unless told. */
  readonly backoffMs?: number
}

const ATTEMPTS_PER_MODEL = 3
/** With another model at hand, nobody waits longer than this for the one that asked for patience. */
const PATIENCE_WITH_FALLBACK_MS = 5_000

/** The first whole answer. Goes on to the next model only while no content of an answer has come. */
export async function askInOrder<Candidate extends ModelReference, Answer extends { readonly type: 'answer' }>(
  candidates: readonly Candidate[],
  ask: (candidate: Candidate) => Promise<Answer | AskFailure>,
  signal: AbortSignal,
  deps: AskDeps,
): Promise<{ readonly answer: Answer; readonly candidate: Candidate }> {
  const failures: AskFailure[] = []
  for (const [index, candidate] of candidates.entries()) {
    const isLast = index === candidates.length - 1
    for (let attempt = 1; attempt <= ATTEMPTS_PER_MODEL; attempt += 1) {
      const answer = await ask(candidate)
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

function pauseBefore(attempt: number, failure: AskFailure, { backoffMs = 500 }: AskDeps): number {
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
export async function withDeadline<T>(
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

export function labelOf({ provider, model }: ModelReference): ModelLabel {
  return { provider, model, offline: false }
}
