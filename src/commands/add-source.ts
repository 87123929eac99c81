// What `factotum knowledge add` and `reindex` do: a file, a folder or a conversation of this machine becomes a source.
import { resolve } from 'node:path'
import { sourceToWire } from '../adapters/http/conversation-wire.ts'
import { readPath } from '../adapters/knowledge-files/read-path.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import { dialogText } from '../core/knowledge/dialog-text.ts'
import { indexSource } from '../core/knowledge/index-source.ts'
import type { Indexed, NewSource } from '../core/knowledge/index-source.ts'
import type { ThreadId } from '../core/vocabulary/ids.ts'
import type { KnowledgeSource, SourceKind } from '../core/vocabulary/knowledge.ts'
import { SHARED } from '../core/vocabulary/memory.ts'
import type { MemoryScope } from '../core/vocabulary/memory.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { CommandError } from './command.ts'
import type { Output } from './command.ts'

const THREAD = 'thread:'
/** Of a conversation, the newest. */
const MESSAGES = 10_000
const SHOWN_SKIPPED = 10
/** Vectors between two lines of progress. */
const PROGRESS = 640

export type WantedSource = {
  readonly uri: string
  readonly scope: MemoryScope
  readonly title: string | null
  readonly kind: SourceKind | null
  readonly json?: true
}

/** The address of a conversation as a source. */
export function threadUri(id: string): string {
  return `${THREAD}${id}`
}

/**
 * Reads it anew from where it is, keeps it, and says what came of it. Safe to repeat. Throws CommandError, in a sentence for whoever asked,
 * where it can't be read or holds no text; what was there before stays then.
 */
export async function addSource(
  platform: Platform,
  output: Output,
  { uri, scope, title, kind, json }: WantedSource,
): Promise<void> {
  const isThread = uri.startsWith(THREAD)
  const read = isThread ? await readThread(platform, uri) : await readDisk(platform, uri)
  const source = {
    scope,
    kind: kind ?? read.kind,
    title: title ?? read.title,
    uri: read.uri,
    addedBy: OWNER,
    text: read.text,
  }
  const indexed = await index(platform, output, source, json === true)
  if (json) {
    output.json({
      source: sourceToWire(indexed.source),
      embedded: indexed.embedded,
      words_alone: indexed.wordsAlone,
      skipped: read.skipped,
      skipped_in_all: read.skippedInAll,
    })
    return
  }
  for (const { path, reason } of read.skipped.slice(0, SHOWN_SKIPPED))
    output.note(`left out: ${oneLine(path)} (${oneLine(reason)})`)
  const more = read.skippedInAll - Math.min(SHOWN_SKIPPED, read.skipped.length)
  if (more > 0) output.note(`left out: ${more} more`)
  const { chunks } = indexed.source
  output.line(
    `${visible(source.title)}: ${chunkWords(chunks)}, ${indexed.embedded} new ${indexed.embedded === 1 ? 'vector' : 'vectors'}. ${scope === SHARED ? 'Everybody finds it.' : 'Only you find it.'}`,
  )
  if (indexed.wordsAlone !== null) output.note(`It is found by its words alone for now: ${indexed.wordsAlone}`)
}

async function index(platform: Platform, output: Output, source: NewSource, silent: boolean): Promise<Indexed> {
  const indexed = await indexSource(platform, source, new AbortController().signal, (made) => {
    if (!silent && made % PROGRESS === 0) output.note(`${made} vectors …`)
  })
  switch (indexed.type) {
    case 'indexed':
      return indexed
    case 'empty':
      throw new CommandError(`There is no text in ${visible(source.uri)}.`)
    case 'too_large':
      throw new CommandError(
        `${visible(source.uri)} has ${indexed.chunks} chunks and a source at most ${indexed.most}: add its parts one by one.`,
      )
  }
}

async function readDisk({ readers }: Platform, path: string) {
  const read = await readPath({ readers }, path, new AbortController().signal)
  if (read.type === 'refused') throw new CommandError(visible(read.problem))
  return read
}

async function readThread({ conversations }: Platform, uri: string) {
  const id = uri.slice(THREAD.length) as ThreadId
  const thread = await conversations.thread(id)
  if (thread === null) throw new CommandError(`There is no conversation ${visible(id)}.`)
  const messages = await conversations.messages(id, { limit: MESSAGES, inContext: true, before: null })
  const title = `Conversation of ${thread.createdAt.toISOString().slice(0, 10)} (${thread.interface})`
  return { kind: 'dialog' as const, title, uri, text: dialogText(messages), skipped: [], skippedInAll: 0 }
}

export function chunkWords(chunks: number): string {
  return chunks === 1 ? '1 chunk' : `${chunks} chunks`
}

/** Whether it can be read again from here. */
export function isOfThisMachine({ uri }: KnowledgeSource): boolean {
  return uri.startsWith(THREAD) || resolve(uri) === uri
}
