// What the bot answers to what.
import { Bot, InlineKeyboard } from 'grammy'
import type { BotError } from 'grammy'
import type { Note, Notes } from './notes.ts'

const LONGEST_NOTE = 500
const MOST_SHOWN = 30
const HELP = [
  '{{title}} keeps your notes.',
  '',
  '/add Buy milk - keep a note',
  '/list - show them',
  '/help - this text',
].join('\n')

type Deps = {
  readonly token: string
  readonly notes: Notes
  /** Null for Telegram's own server. */
  readonly apiRoot: string | null
  readonly log?: (error: BotError) => void
}

/** Ready, but not started. What goes wrong with one message is logged, and the next one is answered. */
export function createBot({ token, notes, apiRoot, log = console.error }: Deps): Bot {
  const bot = new Bot(token, apiRoot === null ? {} : { client: { apiRoot } })

  bot.command(['start', 'help'], (context) => context.reply(HELP))

  bot.command('add', async (context) => {
    const text = context.match.trim()
    if (text === '') return context.reply('Write the note behind the command: /add Buy milk')
    if (text.length > LONGEST_NOTE) return context.reply(`A note has at most ${LONGEST_NOTE} characters.`)
    notes.add(context.chat.id, text)
    return context.reply(`Kept: ${text}`)
  })

  bot.command('list', async (context) => {
    const kept = notes.list(context.chat.id)
    if (kept.length === 0) return context.reply('There are no notes. /add keeps one.')
    return context.reply(listText(kept), { reply_markup: buttons(kept) })
  })

  bot.callbackQuery(/^finish:(\d{1,15})$/, async (context) => {
    const chat = context.chat?.id
    const finished = chat === undefined ? null : notes.finish(chat, Number(context.match[1]))
    await context.answerCallbackQuery(
      finished === null ? 'It was finished before.' : `Finished: ${start(finished.text)}`,
    )
    if (chat === undefined || finished === null) return
    const left = notes.list(chat)
    await context.editMessageText(left.length === 0 ? 'All notes are finished.' : listText(left), {
      reply_markup: buttons(left),
    })
  })

  bot.on('message:text', (context) => context.reply('I know /add, /list and /help.'))

  bot.catch(log)
  return bot
}

function listText(notes: readonly Note[]): string {
  const lines = notes.slice(0, MOST_SHOWN).map(({ text }, index) => `${index + 1}. ${start(text, 100)}`)
  const more = notes.length > MOST_SHOWN ? [`and ${notes.length - MOST_SHOWN} more`] : []
  return [...lines, ...more].join('\n')
}

function buttons(notes: readonly Note[]): InlineKeyboard {
  const keyboard = new InlineKeyboard()
  for (const { id, text } of notes.slice(0, MOST_SHOWN)) keyboard.text(`✓ ${start(text)}`, `finish:${id}`).row()
  return keyboard
}

/** Not through the middle of a sign. */
function start(text: string, characters = 40): string {
  const signs = Array.from(text)
  return signs.length > characters ? `${signs.slice(0, characters - 1).join('')}…` : text
}
