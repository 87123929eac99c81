// A message's text with what its formatting says kept in words: links, code and quotes. Offsets are UTF-16, as in JavaScript.
import type { Message, MessageEntity } from 'grammy/types'
import { commandOf, entitiesOf, isOwnMention, isSame, textOf } from './addressed.ts'
import type { BotAccount } from './addressed.ts'

type Edit = {
  readonly at: number
  readonly remove: number
  readonly insert: string
  /** Among edits at one place, lower ones first. */
  readonly rank: number
}

/** The text or caption as Markdown would show it, without mentions of the bot itself. */
export function readableText(message: Message, bot: BotAccount): string {
  const text = textOf(message)
  const entities = entitiesOf(message)
  const edits = entities.flatMap((entity) => {
    if (isOwnMention(text, entity, bot)) return [withoutMention(text, entity)]
    if (entity.type === 'bot_command') return withoutOwnName(text, entity, bot)
    return isWholeArgument(message, entity) ? [] : marks(text, entity)
  })
  return apply(text, edits).trim()
}

function marks(text: string, entity: MessageEntity): readonly Edit[] {
  const inner = text.slice(entity.offset, entity.offset + entity.length)
  switch (entity.type) {
    case 'code': {
      const fence = '`'.repeat(longestRun(inner) + 1)
      return around(entity, fence, fence)
    }
    case 'pre': {
      const fence = '`'.repeat(Math.max(3, longestRun(inner) + 1))
      const before = entity.offset === 0 || text[entity.offset - 1] === '\n' ? '' : '\n'
      const after = text[entity.offset + entity.length]
      return around(
        entity,
        `${before}${fence}${entity.language ?? ''}\n`,
        `${inner.endsWith('\n') ? '' : '\n'}${fence}${after === undefined || after === '\n' ? '' : '\n'}`,
      )
    }
    case 'text_link':
      return entity.url === inner || entity.url === `${inner}/` ? [] : around(entity, '', ` (${entity.url})`)
    case 'blockquote':
    case 'expandable_blockquote':
      return quoteMarks(inner, entity.offset)
    default:
      return []
  }
}

function quoteMarks(inner: string, offset: number): readonly Edit[] {
  const starts = [0]
  for (let at = inner.indexOf('\n'); at !== -1 && at + 1 < inner.length; at = inner.indexOf('\n', at + 1)) {
    starts.push(at + 1)
  }
  return starts.map((start) => ({ at: offset + start, remove: 0, insert: '> ', rank: -1_000_000 + inner.length }))
}

/** Of two that begin together the longer one is outside; of two that end together it is outside as well. */
function around(entity: MessageEntity, open: string, close: string): readonly Edit[] {
  return [
    { at: entity.offset, remove: 0, insert: open, rank: 1_000_000 - entity.length },
    { at: entity.offset + entity.length, remove: 0, insert: close, rank: -2_000_000 + entity.length },
  ]
}

function withoutMention(text: string, entity: MessageEntity): Edit {
  const end = entity.offset + entity.length
  const before = text.slice(0, entity.offset)
  // Leading: what separates it from the rest goes too. Elsewhere: the space before it.
  if (before.trim() === '') {
    const gap = /^[ \t]*[,:]?[ \t]*/.exec(text.slice(end))?.[0].length ?? 0
    return { at: entity.offset, remove: entity.length + gap, insert: '', rank: 0 }
  }
  const gap = before.length - before.trimEnd().length
  return { at: entity.offset - gap, remove: entity.length + gap, insert: '', rank: 0 }
}

function withoutOwnName(text: string, entity: MessageEntity, bot: BotAccount): readonly Edit[] {
  const command = text.slice(entity.offset, entity.offset + entity.length)
  const at = command.indexOf('@')
  if (at === -1 || !isSame(command.slice(at + 1), bot.username)) return []
  return [{ at: entity.offset + at, remove: command.length - at, insert: '', rank: 0 }]
}

/** `/run` and then nothing but code: a person marks a command so to keep it exact, and the marks are not part of it. */
function isWholeArgument(message: Message, entity: MessageEntity): boolean {
  if ((entity.type !== 'code' && entity.type !== 'pre') || commandOf(message) === null) return false
  const text = textOf(message)
  const argument = /^\S+\s+/.exec(text)?.[0].length ?? text.length
  return entity.offset <= argument && text.slice(entity.offset + entity.length).trim() === ''
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}

function apply(text: string, edits: readonly Edit[]): string {
  let result = ''
  let read = 0
  for (const edit of [...edits].sort((a, b) => a.at - b.at || a.rank - b.rank)) {
    if (edit.at >= read) result += text.slice(read, edit.at)
    result += edit.insert
    read = Math.max(read, edit.at + edit.remove)
  }
  return result + text.slice(read)
}
