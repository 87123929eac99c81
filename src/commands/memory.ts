// `factotum memory …`: what is remembered of the person whose machine it is, and of everybody together.
import { Command, InvalidArgumentError, Option } from 'commander'
import { factToWire } from '../adapters/http/conversation-wire.ts'
import { table } from '../adapters/terminal/table.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import { decideFact, findFacts, memoryOf, rememberNow, shortFactId } from '../core/memory/remember.ts'
import type { Memory } from '../core/memory/remember.ts'
import { scopeName, scopeNamed } from '../core/memory/scopes.ts'
import type { ScopeName } from '../core/memory/scopes.ts'
import type { Fact, FactKind, FactStatus } from '../core/vocabulary/memory.ts'
import { FACT_KINDS, FACT_STATUSES } from '../core/vocabulary/memory.ts'
import type { Platform } from '../processes/platform.ts'
import { CommandError, createOutput, EXIT, withPlatform } from './command.ts'
import { SCOPES, STANDING } from './standing.ts'

const LONGEST_WORDS = 1_000

type Deciding = { readonly json?: true }

export function memoryCommand(): Command {
  const memory = new Command('memory').description('what is remembered: facts, constraints and the files you may edit')

  memory
    .command('list')
    .description('facts that are kept or proposed, and the files; your own and what everybody shares')
    .addOption(new Option('--scope <scope>', 'only yours, or only what is shared').choices(SCOPES))
    .option('--all', 'dropped facts too')
    .option('--json', 'one JSON object {facts, files}')
    .action(async (options: { scope?: ScopeName; all?: true; json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const statuses: readonly FactStatus[] = options.all ? FACT_STATUSES : ['kept', 'proposed']
        const found = await memoryOf(platform, STANDING, statuses)
        const wanted = (name: ScopeName) => options.scope === undefined || name === options.scope
        const facts = found.facts.filter((fact) => wanted(fact.scopeName))
        const files = found.files.filter((file) => wanted(file.scopeName))
        if (options.json)
          output.json({ facts: facts.map(factToWire), files: files.map((file) => fileToJson(platform, file)) })
        else output.line(listing(platform, { facts, files }))
      })
    })

  memory
    .command('add')
    .description('have something remembered: "never …", "always …" and "ask me before …" become constraints')
    .argument('<text...>', 'one sentence', parseWords)
    .addOption(new Option('--scope <scope>', 'for you alone, or for everybody').choices(SCOPES).default('me'))
    .addOption(new Option('--kind <kind>', 'what it is, where the words do not say').choices(FACT_KINDS))
    .option('--json', 'the fact as one JSON object')
    .action(async (text: string, options: { scope: ScopeName; kind?: FactKind } & Deciding) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const wish = { text, kind: options.kind ?? null, scope: options.scope, messageId: null, taskId: null }
        const remembered = await rememberNow(platform, STANDING, wish)
        if (remembered.type === 'refused') throw new CommandError(remembered.problem)
        if (remembered.type === 'not_yours') throw new CommandError('That is for owners.')
        tell(output, remembered.fact, options)
      })
    })

  const decisions = [
    ['keep', 'kept', 'keep what was proposed, or what was dropped'],
    ['drop', 'dropped', 'have it told to nobody any more; it can be kept again'],
  ] as const
  for (const [name, status, description] of decisions) {
    memory
      .command(name)
      .description(description)
      .argument('<fact...>', 'its id, the end of its id, or words of it', parseWords)
      .option('--json', 'the fact as one JSON object')
      .action(async (words: string, options: Deciding) => {
        const output = createOutput()
        await withPlatform(output, async (platform) => {
          const from =
            status === 'kept' ? (['proposed', 'dropped', 'kept'] as const) : (['kept', 'proposed', 'dropped'] as const)
          const fact = await oneFact(platform, words, from)
          const decided = await decideFact(platform, STANDING, fact.id, status)
          if (decided.type !== 'decided') throw notFound(words)
          tell(output, decided.fact, options)
        })
      })
  }

  memory
    .command('show')
    .description('where a fact is from, and every decision about it')
    .argument('<fact...>', 'its id, the end of its id, or words of it', parseWords)
    .option('--json', 'one JSON object with its history')
    .action(async (words: string, options: Deciding) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const fact = await oneFact(platform, words, FACT_STATUSES)
        const history = (await platform.facts.history(fact.id)).map(({ status, by, at }) => ({
          status,
          by,
          at: at.toISOString(),
        }))
        if (options.json) output.json({ ...factToWire(fact), history })
        else output.line(shown(fact, history))
      })
    })

  memory
    .command('path')
    .description('where the files are that you may edit: SOUL.md, MEMORY.md, memory/YYYY-MM-DD.md')
    .addOption(new Option('--scope <scope>', 'your own, or what is shared').choices(SCOPES).default('shared'))
    .option('--json', 'one JSON object {path}')
    .action(async (options: { scope: ScopeName; json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const scope = await scopeNamed(platform, STANDING, options.scope)
        if (scope === null) throw new CommandError(`There is no scope "${options.scope}" here.`, EXIT.usage)
        const path = platform.memoryFiles.folder(scope)
        if (options.json) output.json({ path })
        else output.line(path)
      })
    })

  return memory
}

/** The first of the statuses comes first: what is kept again was dropped before. */
async function oneFact(platform: Platform, words: string, statuses: readonly FactStatus[]): Promise<Fact> {
  for (const status of statuses) {
    const found = await findFacts(platform, STANDING, words, [status])
    const [only] = found
    if (only === undefined) continue
    if (found.length === 1) return only
    const rows = found.map((fact) => [shortFactId(fact.id), fact.status, oneLine(fact.text)])
    throw new CommandError(`Several facts are meant by "${oneLine(words)}":\n${table(rows)}`)
  }
  throw notFound(words)
}

function notFound(words: string): CommandError {
  return new CommandError(
    `No fact is meant by "${oneLine(words)}". \`factotum memory list --all\` shows what there is.`,
  )
}

function tell(output: ReturnType<typeof createOutput>, fact: Fact, { json }: Deciding): void {
  if (json) output.json(factToWire(fact))
  else
    output.line(
      `${shortFactId(fact.id)} is ${fact.status} (${factKind(fact)}, ${scopeName(fact.scope)}): ${visible(fact.text)}`,
    )
}

function listing(platform: Platform, { facts, files }: Memory): string {
  const rows = facts.map((fact) => [
    fact.shortId,
    fact.status,
    factKind(fact),
    fact.scopeName,
    fact.kind === 'constraint' || fact.proposedBy === 'person' ? '' : `${Math.round(fact.confidence * 100)}%`,
    oneLine(fact.text, 300),
  ])
  const paths = files.map((file) => [file.scopeName, visible(fileToJson(platform, file).path)])
  return [
    rows.length === 0 ? 'No facts are remembered yet.' : table(rows),
    ...(paths.length === 0 ? [] : ['', 'Files:', table(paths)]),
  ].join('\n')
}

function shown(
  fact: Fact,
  history: readonly { readonly status: string; readonly by: string | null; readonly at: string }[],
): string {
  const from = fact.proposedBy === 'person' ? `said by ${fact.from}` : `noticed in what ${fact.from} said`
  const lines = [
    visible(fact.text),
    `${shortFactId(fact.id)}, ${factKind(fact)}, ${scopeName(fact.scope)}, ${oneLine(from)}, ${Math.round(fact.confidence * 100)}% sure`,
    ...(fact.quote === null ? [] : [`in the words: ${oneLine(fact.quote, 300)}`]),
    ...(fact.taskId === null ? [] : [`of task ${fact.taskId}`]),
    table(history.map(({ status, by, at }) => [at, status, by === null ? '' : `by ${oneLine(by)}`])),
  ]
  return lines.join('\n')
}

function factKind({ kind, rule }: Fact): string {
  return rule === null ? kind : `${kind}: ${rule.replace('_', ' ')}`
}

function fileToJson({ memoryFiles }: Platform, file: Memory['files'][number]) {
  return { scope: file.scopeName, name: file.name, path: `${memoryFiles.folder(file.scope)}/${file.name}` }
}

/** Of words without quotation marks, one after the other. */
function parseWords(word: string, before?: string): string {
  const words = before === undefined ? word : `${before} ${word}`
  if (words.trim() === '' || words.length > LONGEST_WORDS)
    throw new InvalidArgumentError(`Words, at most ${LONGEST_WORDS} characters.`)
  return words
}
