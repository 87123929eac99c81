// `factotum knowledge …`: what the answers may look things up in.
import { resolve } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { sourceToWire } from '../adapters/http/conversation-wire.ts'
import { table } from '../adapters/terminal/table.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import { catchUp } from '../core/knowledge/index-source.ts'
import { lookUp } from '../core/knowledge/look-up.ts'
import { homeScope, scopeName, visibleScopes } from '../core/memory/scopes.ts'
import type { SourceId } from '../core/vocabulary/ids.ts'
import { SOURCE_KINDS } from '../core/vocabulary/knowledge.ts'
import type { KnowledgeSource, SourceKind } from '../core/vocabulary/knowledge.ts'
import { SHARED } from '../core/vocabulary/memory.ts'
import type { MemoryScope } from '../core/vocabulary/memory.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { addSource, chunkWords, isOfThisMachine, threadUri } from './add-source.ts'
import { callerDirectory, CommandError, createOutput, EXIT, parseCount, withPlatform } from './command.ts'
import type { ExitCode } from './command.ts'
import { SCOPES, STANDING } from './standing.ts'

type Json = { readonly json?: true }
type AddOptions = Json & {
  readonly title?: string
  readonly scope: (typeof SCOPES)[number]
  readonly kind?: SourceKind
  readonly thread?: string
}

const SHOWN_CHARACTERS = 300

export function knowledgeCommand(exit: (code: ExitCode) => void): Command {
  const knowledge = new Command('knowledge').description('what answers may look things up in')

  knowledge
    .command('add')
    .description('add a file, a folder or a repository; the same again replaces what was there')
    .addArgument(new Argument('[path]', 'a file or folder of this machine').argOptional())
    .option('--thread <id>', 'add a conversation instead')
    .option('--title <text>', 'how sources are named; without it, the name of the file or folder')
    .addOption(new Option('--scope <scope>', 'who finds it').choices(SCOPES).default('me'))
    .addOption(new Option('--kind <kind>', 'what it is; without it, as it looks').choices(SOURCE_KINDS))
    .option('--json', 'one JSON object {source, embedded, words_alone, skipped, skipped_in_all}')
    .action(async (path: string | undefined, options: AddOptions) => {
      if ((path === undefined) === (options.thread === undefined))
        throw new CommandError('Say either a path or --thread ID.', EXIT.usage)
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const scope = options.scope === 'shared' ? SHARED : await homeScope(platform, OWNER)
        const uri = path === undefined ? threadUri(options.thread ?? '') : resolve(callerDirectory(), path)
        await addSource(platform, output, {
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
              scopeName(scope),
              kind,
              chunkWords(chunks),
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
    .argument('<words...>')
    .option('--limit <n>', 'how many', parseCount, 8)
    .option('--json', 'one JSON object {items}')
    .action(async (words: readonly string[], options: Json & { limit: number }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const hits = await lookUp(platform, await scopesOf(platform), words.join(' '), options.limit)
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
        await platform.recorder.record(OWNER, 'setting.changed', `knowledge ${source.id}`, { change: 'removed' })
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
            await addSource(platform, output, { ...options, ...source })
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

/** Theirs are those of all the ids that they linked. */
async function scopesOf(platform: Platform): Promise<readonly MemoryScope[]> {
  return (await visibleScopes(platform, STANDING)).all
}
