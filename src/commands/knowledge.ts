// `factotum knowledge …`: what the answers may look things up in.
import { resolve } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { readPath } from '../adapters/knowledge-files/read-path.ts'
import { table } from '../adapters/terminal/table.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import { dialogText } from '../core/knowledge/dialog-text.ts'
import { catchUp, indexSource } from '../core/knowledge/index-source.ts'
import type { Indexed, NewSource } from '../core/knowledge/index-source.ts'
import { lookUp } from '../core/knowledge/look-up.ts'
import type { SourceId, ThreadId } from '../core/vocabulary/ids.ts'
import { SOURCE_KINDS } from '../core/vocabulary/knowledge.ts'
import type { KnowledgeSource, SourceKind } from '../core/vocabulary/knowledge.ts'
import { personScope, SHARED } from '../core/vocabulary/memory.ts'
import type { MemoryScope } from '../core/vocabulary/memory.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { callerDirectory, CommandError, createOutput, EXIT, parseCount, withPlatform } from './command.ts'
import type { ExitCode, Output } from './command.ts'

type Json = { readonly json?: true }
type ScopeName = 'me' | 'shared'
type AddOptions = Json & {
  readonly title?: string
  readonly scope: ScopeName
  readonly kind?: SourceKind
  readonly thread?: string
}

const SCOPE_NAMES: readonly ScopeName[] = ['me', 'shared']
const THREAD = 'thread:'
/** Of a conversation, the newest. */
const MESSAGES = 10_000
const SHOWN_SKIPPED = 10
const SHOWN_CHARACTERS = 300
/** Vectors between two lines of progress. */
const PROGRESS = 640

export function knowledgeCommand(exit: (code: ExitCode) => void): Command {
  const knowledge = new Command('knowledge').description('what answers may look things up in')

  knowledge
    .command('add')
    .description('add a file, a folder or a repository; the same again replaces what was there')
    .addArgument(new Argument('[path]', 'a file or folder of this machine').argOptional())
    .option('--thread <id>', 'add a conversation instead')
    .option('--title <text>', 'how sources are named; without it, the name of the file or folder')
    .addOption(new Option('--scope <scope>', 'who finds it').choices(SCOPE_NAMES).default('me'))
    .addOption(new Option('--kind <kind>', 'what it is; without it, as it looks').choices(SOURCE_KINDS))
    .option('--json', 'one JSON object {source, embedded, words_alone, skipped, skipped_in_all}')
    .action(async (path: string | undefined, options: AddOptions) => {
      if ((path === undefined) === (options.thread === undefined))
        throw new CommandError('Say either a path or --thread ID.', EXIT.usage)
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const scope = await scopeOf(platform, options.scope)
        const uri = path === undefined ? `${THREAD}${options.thread}` : resolve(callerDirectory(), path)
        await add(platform, output, {
          ...options,
          uri,
          scope,
          title: options.title ?? null,
          kind: options.kind ?? null,
        })
      })
    })

  knowledge
    .command('list')
    .description('what there is, yours and what everybody finds')
    .option('--json', 'one JSON object {items}')
    .action(async (options: Json) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const items = await platform.knowledge.list(await scopesOf(platform))
        if (options.json) return output.json({ items: items.map(sourceToWire) })
        if (items.length === 0) return output.line('Nothing was added yet. Try: factotum knowledge add README.md')
        output.line(
          table(
            items.map(({ id, scope, kind, chunks, title, uri }) => [
              id,
              scope === SHARED ? 'shared' : 'me',
              kind,
              `${chunks} chunks`,
              oneLine(title, 40),
              oneLine(uri, 80),
            ]),
          ),
        )
      })
    })

  knowledge
    .command('search')
    .description('what an answer would find about these words')
    .argument('<words>')
    .option('--limit <n>', 'how many', parseCount, 8)
    .option('--json', 'one JSON object {items}')
    .action(async (words: string, options: Json & { limit: number }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const hits = await lookUp(platform, await scopesOf(platform), words, options.limit)
        if (options.json) {
          const items = hits.map(({ sourceId, ...hit }) => ({ source_id: sourceId, ...hit }))
          return output.json({ items })
        }
        if (hits.length === 0) return output.line('Nothing fits these words.')
        for (const [index, { heading, title, text }] of hits.entries()) {
          output.line(`${index + 1}. ${oneLine(title)} | ${oneLine(heading)}`)
          output.line(`   ${oneLine(text, SHOWN_CHARACTERS)}`)
        }
      })
    })

  knowledge
    .command('remove')
    .description('take a source away; from then on nothing of it is found')
    .argument('<source>', 'its id, path or address')
    .option('--json', 'the removed source as JSON')
    .action(async (name: string, options: Json) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const source = await existing(platform, name)
        await platform.knowledge.remove(source.id)
        if (options.json) output.json(sourceToWire(source))
        else output.line(`${visible(source.title)} is removed.`)
      })
    })

  knowledge
    .command('reindex')
    .description('read sources again from where they came, and make the vectors that are missing')
    .argument('[source]', 'its id or path; without it, all')
    .option('--json', 'one JSON object for each source')
    .action(async (name: string | undefined, options: Json) => {
      const output = createOutput()
      const failed = await withPlatform(output, async (platform) => {
        const sources =
          name === undefined
            ? await platform.knowledge.list(await scopesOf(platform))
            : [await existing(platform, name)]
        let failures = 0
        for (const source of sources) {
          if (!isOfThisMachine(source)) {
            output.note(`${visible(source.title)} was sent to us: add it again where it came from.`)
            continue
          }
          try {
            await add(platform, output, { ...options, ...source })
          } catch (error) {
            if (!(error instanceof CommandError)) throw error
            failures += 1
            output.note(
              `${error.message} What was there stays; \`factotum knowledge remove ${source.id}\` takes it away.`,
            )
          }
        }
        const { failed: reason } = await catchUp(platform, new AbortController().signal)
        if (reason !== null) output.note(`Some is found by its words alone for now: ${reason}`)
        return failures > 0
      })
      if (failed) exit(EXIT.failed)
    })

  return knowledge
}

type Wanted = Json & {
  readonly uri: string
  readonly scope: MemoryScope
  readonly title: string | null
  readonly kind: SourceKind | null
}

async function add(platform: Platform, output: Output, { uri, scope, title, kind, json }: Wanted): Promise<void> {
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
    `${visible(source.title)}: ${chunks} chunks, ${indexed.embedded} new vectors. ${scope === SHARED ? 'Everybody finds it.' : 'Only you find it.'}`,
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

function isOfThisMachine({ uri }: KnowledgeSource): boolean {
  return uri.startsWith(THREAD) || resolve(uri) === uri
}

async function existing(platform: Platform, name: string): Promise<KnowledgeSource> {
  const scopes = await scopesOf(platform)
  const path = resolve(callerDirectory(), name)
  const sources = await platform.knowledge.list(scopes)
  const found = sources.filter(({ id, uri }) => id === (name as SourceId) || uri === name || uri === path)
  const [only] = found
  if (only === undefined)
    throw new CommandError(`There is no source ${visible(name)}. \`factotum knowledge list\` shows what there is.`)
  if (found.length > 1)
    throw new CommandError(
      `${visible(name)} is there twice: say which, ${found.map(({ id }) => id).join(' or ')}.`,
      EXIT.usage,
    )
  return only
}

async function scopeOf({ identities }: Platform, name: ScopeName): Promise<MemoryScope> {
  return name === 'shared' ? SHARED : personScope(await identities.personOf(OWNER))
}

async function scopesOf(platform: Platform): Promise<readonly MemoryScope[]> {
  return Promise.all(SCOPE_NAMES.map((name) => scopeOf(platform, name)))
}

function sourceToWire({ id, scope, kind, title, uri, addedBy, chunks, updatedAt }: KnowledgeSource) {
  return { id, scope, kind, title, uri, added_by: addedBy, chunks, updated_at: updatedAt.toISOString() }
}
