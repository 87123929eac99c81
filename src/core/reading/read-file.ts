// Reads what people send beside words: what is said in it, what is to be seen in it, what is written in it. A model where
// one is set, else this machine by itself. What comes out is material: it is quoted to models and never obeyed.
import type { ArtifactContent } from '../ports/artifact-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { LocalFile, LocalReaders, LocalReading } from '../ports/local-readers.ts'
import type { MediaRequest, Models } from '../ports/models.ts'
import { ModelError } from '../ports/models.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { onOneLine } from '../vocabulary/short-text.ts'
import { modelName, NO_TOKENS } from '../vocabulary/usage.ts'
import type { ModelLabel, Usage } from '../vocabulary/usage.ts'
import type { FoundKind } from './find-kind.ts'
import { findKind } from './find-kind.ts'
import { storable } from './storable.ts'

export type ReadFileDeps = {
  readonly models: Pick<Models, 'transcribe' | 'describeImage'>
  readonly readers: LocalReaders
  readonly telemetry: Telemetry
  readonly clock: Pick<Clock, 'now'>
  /** For each model call, fallbacks included. Two minutes unless told. */
  readonly modelDeadlineMs?: number
}

export type FileToRead = {
  readonly bytes: Uint8Array
  /** As its sender named it: shown, and a hint at most. */
  readonly name: string
  /** As its sender, or the interface, called it: a hint that the bytes can overrule. */
  readonly mediaType: string
  /** What the interface knows it was sent as. */
  readonly kind?: 'voice' | 'audio' | 'photo' | 'document' | 'video'
  /** Whose tokens a model call spends; missing or null while it belongs to no task. */
  readonly taskId?: TaskId | null
}

export type ReadKind = 'voice_transcript' | 'image_json' | 'ocr_text' | 'file_meta'

export type Reading =
  | {
      readonly type: 'read'
      /** What the artifact that keeps it is. */
      readonly kind: ReadKind
      /** `truncated` is true where the file says more than is kept here. Storable as it is. */
      readonly content: ArtifactContent
      /** Nothing where no model was asked. */
      readonly usage: Usage
      /** Null where this machine read it by itself. */
      readonly model: ModelLabel | null
    }
  /** One sentence for the sender: what can be done about it. The file itself is kept all the same. */
  | { readonly type: 'failed'; readonly reason: string }

/** Of what is kept of a file's text. */
export const TEXT_CHARACTERS = 100_000
const MODEL_DEADLINE_MS = 120_000
/** Providers refuse more; this machine may still read it. */
const MODEL_AUDIO_BYTES = 25_000_000
const MODEL_IMAGE_BYTES = 10_000_000
const KEPT = 'the file itself is kept'

/**
 * Never throws for what a file holds or for a model that fails; rejects when `signal` aborts. Repeating it reads, and
 * costs, again. Calls may run side by side.
 */
export async function readFile(deps: ReadFileDeps, file: FileToRead, signal: AbortSignal): Promise<Reading> {
  signal.throwIfAborted()
  if (file.bytes.byteLength === 0)
    return { type: 'failed', reason: `There is nothing in ${named(file)}: send it again.` }
  const found = findKind(file)
  const began = deps.clock.now().getTime()
  const reading = await readFound(deps, file, found, signal)
  signal.throwIfAborted()
  deps.telemetry.log('info', 'file read', {
    ...(file.taskId === null || file.taskId === undefined ? {} : { task_id: file.taskId }),
    is: found.is,
    media_type: found.mediaType,
    bytes: file.bytes.byteLength,
    ms: deps.clock.now().getTime() - began,
    outcome: reading.type === 'read' ? reading.kind : reading.reason,
  })
  return reading
}

async function readFound(
  deps: ReadFileDeps,
  file: FileToRead,
  found: FoundKind,
  signal: AbortSignal,
): Promise<Reading> {
  switch (found.is) {
    case 'audio':
      return hear(deps, file, found.mediaType, signal)
    case 'image':
      return see(deps, file, found.mediaType, signal)
    case 'video':
      return {
        type: 'failed',
        reason: `I can't watch videos: send its sound as a voice message, a screenshot of it, or a few words about it; ${KEPT}.`,
      }
    case 'document': {
      const local = await deps.readers.documentText(toLocal(file, found.mediaType), signal)
      return local.type === 'read' ? fromLocal(local, 'file_meta', found.mediaType) : failed(local, null)
    }
  }
}

async function hear(deps: ReadFileDeps, file: FileToRead, mediaType: string, signal: AbortSignal): Promise<Reading> {
  let problem: Problem | null = null
  if (file.bytes.byteLength <= MODEL_AUDIO_BYTES) {
    try {
      const began = deps.clock.now().getTime()
      const heard = await deps.models.transcribe(toRequest(deps, file, mediaType, 'transcribe'), signal)
      meter(deps, 'transcribe', heard, began)
      const { text, truncated } = storable(heard.text, TEXT_CHARACTERS)
      if (text.trim() === '') return nothing('No words are to be heard in', file)
      const by = modelName(heard.model)
      return {
        type: 'read',
        kind: 'voice_transcript',
        content: { text, by, truncated, language: heard.language, media_type: mediaType },
        usage: heard.usage,
        model: heard.model,
      }
    } catch (error) {
      problem = problemOf(deps, error, signal)
    }
  } else problem = { asked: true, reason: 'It is too large for the models that hear.' }
  const local = await deps.readers.speechText(toLocal(file, mediaType), signal)
  if (local.type !== 'read') return failed(local, problem)
  if (local.text.trim() === '') return nothing('No words could be made out in', file)
  return fromLocal(local, 'voice_transcript', mediaType)
}

async function see(deps: ReadFileDeps, file: FileToRead, mediaType: string, signal: AbortSignal): Promise<Reading> {
  let problem: Problem | null = null
  if (file.bytes.byteLength <= MODEL_IMAGE_BYTES) {
    try {
      const began = deps.clock.now().getTime()
      const seen = await deps.models.describeImage(toRequest(deps, file, mediaType, 'describe-image'), signal)
      meter(deps, 'vision', seen, began)
      const description = storable(seen.value.description, TEXT_CHARACTERS / 2)
      const words = storable(seen.value.text, TEXT_CHARACTERS / 2)
      return {
        type: 'read',
        kind: 'image_json',
        content: {
          text:
            words.text.trim() === '' ? description.text : `${description.text}\n\nText in the image:\n${words.text}`,
          by: modelName(seen.model),
          truncated: description.truncated || words.truncated,
          description: description.text,
          words: words.text,
          shows: seen.value.kind,
          objects: seen.value.objects.slice(0, 100).map((object) => storable(object, 200).text),
          media_type: mediaType,
        },
        usage: seen.usage,
        model: seen.model,
      }
    } catch (error) {
      problem = problemOf(deps, error, signal)
    }
  } else problem = { asked: true, reason: 'It is too large for the models that see.' }
  const local = await deps.readers.imageText(toLocal(file, mediaType), signal)
  if (local.type !== 'read') return failed(local, problem)
  if (local.text.trim() !== '') return fromLocal(local, 'ocr_text', mediaType)
  const why = problem === null ? '' : ` (${withoutStop(problem.reason)})`
  return {
    type: 'failed',
    reason: `There is no text in ${named(file)}, and no model looked at it${why}: say in words what it shows; ${KEPT}.`,
  }
}

function toRequest(deps: ReadFileDeps, file: FileToRead, mediaType: string, subject: string): MediaRequest {
  const name = storable(file.name, 200).text
  return {
    purpose: { taskId: file.taskId ?? null, role: 'assistant', step: `read/${name}`, subject },
    bytes: file.bytes,
    mediaType,
    name,
    deadlineMs: deps.modelDeadlineMs ?? MODEL_DEADLINE_MS,
  }
}

function toLocal({ bytes, name }: FileToRead, mediaType: string): LocalFile {
  return { bytes, name, mediaType }
}

function fromLocal(local: Extract<LocalReading, { type: 'read' }>, kind: ReadKind, mediaType: string): Reading {
  const { text, truncated } = storable(local.text, TEXT_CHARACTERS)
  const about = Object.fromEntries(
    Object.entries(local.about).map(([key, value]) => [
      key,
      typeof value === 'string' ? storable(value, 500).text : value,
    ]),
  )
  const content = { ...about, media_type: mediaType, text, by: local.by, truncated: truncated || local.truncated }
  return { type: 'read', kind, content, usage: NO_TOKENS, model: null }
}

/** Why no model read it. */
type Problem = {
  readonly reason: string
  /** False where there is no model for it. */
  readonly asked: boolean
}

function failed(local: Exclude<LocalReading, { type: 'read' }>, problem: Problem | null): Reading {
  const here = local.type === 'unsupported' ? local.hint : local.reason
  // What is wrong with the file itself, no model that somebody sets up would mend.
  const isFiles = local.type === 'failed' && problem?.asked !== true
  const parts = problem === null || isFiles ? [here] : [problem.reason, here]
  return { type: 'failed', reason: `${parts.map(withoutStop).join('. ')}; ${KEPT}.` }
}

function nothing(what: string, file: FileToRead): Reading {
  return { type: 'failed', reason: `${what} ${named(file)}: say it again, or write it; ${KEPT}.` }
}

/** Why the model did not answer. Rethrows what means that nobody waits any more. */
function problemOf(deps: ReadFileDeps, error: unknown, signal: AbortSignal): Problem {
  signal.throwIfAborted()
  if (!(error instanceof ModelError)) throw error
  if (error.kind !== 'unsupported')
    deps.telemetry.log('warn', 'no model could read a file: this machine tries by itself', { reason: error.message })
  return { asked: error.kind !== 'unsupported', reason: error.message }
}

function meter(
  { telemetry, clock }: ReadFileDeps,
  tier: 'transcribe' | 'vision',
  { usage, model }: { readonly usage: Usage; readonly model: ModelLabel },
  began: number,
): void {
  const labels = { provider: model.provider, tier }
  telemetry.time('model_call_seconds', (clock.now().getTime() - began) / 1_000, labels)
  telemetry.count('model_tokens_total', { ...labels, kind: 'input' }, usage.input_tokens)
  telemetry.count('model_tokens_total', { ...labels, kind: 'output' }, usage.output_tokens)
}

function named({ name }: FileToRead): string {
  const shown = onOneLine(storable(name, 80).text)
  return shown === '' ? 'the file' : `“${shown}”`
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/\.$/, '')
}
