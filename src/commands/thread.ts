// `factotum thread …`: conversations, whichever interface they are held in: list them, read them, see what models are told, begin afresh.
import { Command } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import { messageToWire, threadPageToWire, threadToWire } from '../adapters/http/conversation-wire.ts'
import type { MessageWithArtifacts } from '../core/ports/conversation-store.ts'
import type { Thread } from '../core/vocabulary/message.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { contextOf } from '../processes/context.ts'
import type { Platform } from '../processes/platform.ts'
import { CommandError, createOutput, parseCount, withPlatform } from './command.ts'
import { beginAfresh, existingThread, terminalPlace } from './terminal-thread.ts'

type Json = { readonly json?: true }

const MOST = 200

export function threadCommand(): Command {
  const thread = new Command('thread').description('look at conversations, and begin one afresh')

  thread
    .command('list')
    .description('conversations, the newest word first; * is the terminal’s own')
    .option('--limit <count>', 'at most this many', parseCount, 20)
    .option('--cursor <cursor>', 'go on where an earlier page ended')
    .option('--json', 'a page as JSON')
    .action(async (options: Json & { limit: number; cursor?: string }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const { cursor = null } = options
        const limit = Math.min(Math.max(1, options.limit), MOST)
        const page = await platform.conversations.threads({ startedBy: null, limit, cursor })
        if (options.json) return output.json(threadPageToWire(page))
        if (page.items.length === 0) return output.line('Nothing was said yet. Try: factotum chat "hello"')
        const own = await terminalPlace(platform)
        const isOwn = (it: Thread) => it.interface === own.interface && it.chat === own.chat
        const rows = page.items.map((it) => [
          `${isOwn(it) ? '*' : ' '} ${it.id}`,
          it.interface,
          oneLine(it.startedBy ?? '', 30),
          (it.lastMessage?.createdAt ?? it.createdAt).toISOString(),
          oneLine(it.lastMessage?.text ?? '', 60),
        ])
        output.line(table(rows))
        if (page.nextCursor !== null) output.note(`More: factotum thread list --cursor ${page.nextCursor}`)
      })
    })

  thread
    .command('show [id]')
    .description('what was said in a conversation; the terminal’s own unless one is named')
    .option('--limit <count>', 'the newest so many messages', parseCount, 50)
    .option('--json', 'one JSON message a line')
    .action(async (id: string | undefined, options: Json & { limit: number }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const found = await threadNamed(platform, id)
        const limit = Math.min(Math.max(1, options.limit), MOST)
        const messages = await platform.conversations.messages(found.id, { limit, inContext: false, before: null })
        for (const message of messages) {
          if (options.json) output.json(messageToWire(message, message.artifacts))
          else for (const line of messageLines(message)) output.line(line)
        }
      })
    })

  thread
    .command('context [id]')
    .description('what models are told beside your words')
    .option('--text <text>', 'the words: knowledge is looked up for them', '')
    .option('--json', 'the pack as JSON')
    .action(async (id: string | undefined, options: Json & { text: string }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const found = await threadNamed(platform, id)
        const query = { thread: found, author: OWNER, words: options.text, before: null, now: platform.clock.now() }
        const pack = await contextOf(platform, query)
        if (options.json) return output.json(pack)
        const rows = pack.sections.map(({ name, tokens, items, left_out: leftOut }) => [
          name,
          `${items} told`,
          leftOut === 0 ? '' : `${leftOut} left out`,
          `${tokens} tokens`,
        ])
        output.note([...(rows.length === 0 ? [] : [table(rows)]), `${pack.tokens} of ${pack.budget} tokens`].join('\n'))
        if (pack.text !== '') output.line(visible(pack.text))
      })
    })

  thread
    .command('new')
    .description('a fresh context for the terminal: nothing that was said before is known there; rules stay')
    .option('--json', 'the conversation as JSON')
    .action(async (options: Json) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const begun = await beginAfresh(platform)
        if (options.json) return output.json(threadToWire(begun, null))
        output.line(`A fresh context: ${begun.id}`)
      })
    })

  return thread
}

async function threadNamed(platform: Platform, id: string | undefined): Promise<Thread> {
  if (id !== undefined) return existingThread(platform, id)
  const { interface: name, chat } = await terminalPlace(platform)
  const found = await platform.conversations.findThread(name, chat)
  if (found === null) throw new CommandError('Nothing was said here yet. Try: factotum chat "hello"')
  return found
}

function messageLines(message: MessageWithArtifacts): readonly string[] {
  const who = message.role === 'assistant' ? 'factotum' : (message.authorName ?? message.author ?? 'somebody')
  const [first = '', ...rest] = visible(message.text).split('\n')
  const files = message.artifacts.map(({ name, kind, content }) =>
    content === null ? `[file ${oneLine(name)}]` : `[${kind} of ${oneLine(name)}: ${oneLine(content.text)}]`,
  )
  const head = `${message.createdAt.toISOString()}  ${oneLine(who, 40)}: ${first}`
  return [head, ...[...rest, ...files].map((line) => `    ${line}`)]
}
