// What happened in somebody's chats, one line each: the first thing to read when an expectation failed.
import type { Chat, WorldEvent } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { contentText, messageToSeen, nameOf, titleOf } from './look.ts'
import type { SeenMessage } from './seen.ts'

export type Entry = { readonly at: number; readonly chat: Chat; readonly text: string }

/** Null for events that leave no line. `at` is virtual milliseconds. */
export function eventToEntry(world: World, me: number, event: WorldEvent): Entry | null {
  const at = world.clock.now()
  const entry = (chat: Chat, text: string): Entry => ({ at, chat, text })
  switch (event.type) {
    case 'message':
      return entry(event.message.chat, sentLine(messageToSeen(world, me, event.message)))
    case 'edit': {
      const seen = messageToSeen(world, me, event.message)
      const by = nameOf(world, event.version.byId)
      return entry(event.message.chat, `${by} edited #${seen.id} (version ${seen.version}): ${saidLine(seen)}`)
    }
    case 'delete':
      return entry(event.message.chat, `#${event.message.id} was deleted`)
    case 'reaction': {
      const now = event.now.map((reaction) => (reaction.type === 'emoji' ? reaction.emoji : reaction.type)).join(' ')
      const how = now === '' ? 'took the reaction back from' : `reacted ${now} to`
      return entry(event.message.chat, `${nameOf(world, event.byId)} ${how} #${event.message.id}`)
    }
    case 'action':
      return entry(
        event.chat,
        `${event.shown.bot.user.first_name}: ${event.shown.action}…${inTopic(event.shown.threadId)}`,
      )
    case 'draft': {
      const who = nameOf(world, event.botId)
      if (event.draft === undefined) return entry(event.chat, `draft ${event.draftId} of ${who} is gone (${event.why})`)
      const said = quote(contentText(event.draft.content))
      return entry(event.chat, `${who} drafts ${event.draftId}: ${said}${event.draft.canStop ? ' [Stop]' : ''}`)
    }
    case 'pressed': {
      const { user, message, query } = event.pressed
      return entry(message.chat, `${user.user.first_name} tapped ${quote(query.data ?? '')} on #${message.id}`)
    }
    case 'answered': {
      const { answer, message, bot } = event.pressed
      const said = answer === undefined ? 'nobody answered the tap' : `answered the tap ${quote(answer.text ?? '')}`
      return entry(message.chat, `${bot.user.first_name} ${said}${answer?.showAlert ? ' as an alert' : ''}`)
    }
    case 'pin':
      return entry(event.chat, `#${event.messageId ?? '?'} ${event.pinned ? 'was pinned' : 'is no longer pinned'}`)
    case 'member':
      return entry(event.chat, `${event.now.user.first_name} is now ${event.now.status} (was ${event.old.status})`)
    case 'topic':
      return entry(event.chat, `topic ${event.topic.id} "${event.topic.name}": ${event.change}`)
    case 'chat':
    case 'call':
      return null
  }
}

/** A refused request is no part of what a person sees, and often the reason for what they do not see. */
export function refusalToEntry(
  world: World,
  chatOf: (id: number, botId: number) => Chat | undefined,
  event: WorldEvent,
): Entry | null {
  if (event.type !== 'call' || event.call.outcome.ok) return null
  const chat = chatOf(Number(event.call.params['chat_id']), event.call.botId)
  if (chat === undefined) return null
  const text = `(${nameOf(world, event.call.botId)}'s ${event.call.method} was refused: ${event.call.outcome.error})`
  return { at: event.call.at, chat, text }
}

export function entriesToText(entries: readonly Entry[], start: number): string {
  return entries.map(({ at, chat, text }) => `${clockTime(at - start)}  ${titleOf(chat)} | ${text}`).join('\n')
}

export function messageLine(message: SeenMessage): string {
  return `#${message.id} ${saidLine(message)}`
}

function sentLine(message: SeenMessage): string {
  const reply = message.replyTo === null ? '' : ` in reply to #${message.replyTo}`
  const said = message.service ? message.text : saidLine(message)
  return `${message.from.name} #${message.id}${inTopic(message.topic ?? undefined)}${reply}: ${said}`
}

function saidLine(message: SeenMessage): string {
  const media =
    message.media === null ? '' : `(${message.media.type} ${message.media.name ?? ''} ${message.media.size} B) `
  const buttons = message.buttons.map((row) => ` [${row.map((button) => button.text).join('] [')}]`).join(' /')
  return `${media}${quote(message.text)}${buttons}`
}

function inTopic(id: number | undefined): string {
  return id === undefined ? '' : ` (topic ${id})`
}

const LONGEST = 300

function quote(text: string): string {
  const line = text.replaceAll('\n', '⏎')
  return line.length <= LONGEST ? `"${line}"` : `"${line.slice(0, LONGEST)}…" (${text.length} units)`
}

function clockTime(ms: number): string {
  const sign = ms < 0 ? '-' : '+'
  const abs = Math.abs(ms)
  const minutes = Math.floor(abs / 60_000)
  return `${sign}${`${minutes}`.padStart(2, '0')}:${((abs % 60_000) / 1000).toFixed(3).padStart(6, '0')}`
}
