// Drafts: what a bot is about to say, shown to one person for thirty seconds or until it was said.
import { badRequest } from '../world/api-error.ts'
import type { Chat, Draft, MessageContent } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { flagParam, integerParam } from './call.ts'
import type { Call, MethodTable } from './call.ts'
import { MAX_TEXT, readFormatted } from './formatted-text.ts'
import { richContent } from './rich.ts'
import { readChat } from './send-options.ts'
import { hasTopics } from '../world/wire.ts'

const LIFE_MS = 30_000

export const drafts: MethodTable = {
  /** An empty text is allowed: people see "Thinking…". */
  sendMessageDraft: (call) => {
    const target = readTarget(call)
    const parsed = readFormatted(call, 'text', 'entities') ?? { text: '', entities: [] }
    if (parsed.text.length > MAX_TEXT) throw badRequest('message is too long')
    const entities = parsed.entities.length === 0 ? {} : { entities: parsed.entities }
    return show(call, target, { text: parsed.text, ...entities })
  },
  sendRichMessageDraft: (call) => show(call, readTarget(call), richContent(call, { isDraft: true })),
}

type Target = { readonly chat: Chat; readonly id: number; readonly threadId?: number }

function readTarget(call: Call): Target {
  const chat = readChat(call)
  if (chat.userId === undefined) throw badRequest('TEXTDRAFT_PEER_INVALID')
  call.world.assertWritable(call.bot, chat)
  const id = integerParam(call.params, 'draft_id') ?? 0
  if (id === 0) throw badRequest('RANDOM_ID_INVALID')
  const threadId = integerParam(call.params, 'message_thread_id') || undefined
  if (threadId === undefined) return { chat, id }
  if (!hasTopics(chat) || !chat.topics.has(threadId)) throw badRequest('message thread not found')
  return { chat, id, threadId }
}

/** One draft at a time in a thread: another id takes its place. */
function show(call: Call, { chat, id, threadId }: Target, content: MessageContent): true {
  const { world, bot, params } = call
  watchMessages(world)
  const key = keyOf(bot.id, id)
  const draft: Draft = {
    bot,
    chat,
    id,
    ...(threadId === undefined ? {} : { threadId }),
    content,
    canStop: flagParam(params, 'can_stop'),
    keepOnStop: flagParam(params, 'keep_on_stop'),
    until: world.clock.now() + LIFE_MS,
  }
  removeDrafts(world, chat, bot.id, threadId, key)
  chat.drafts.set(key, draft)
  world.emit({ type: 'draft', chat, botId: bot.id, draftId: id, draft, why: 'shown' })
  world.clock.after(LIFE_MS, () => {
    if (chat.drafts.get(key) !== draft) return
    chat.drafts.delete(key)
    world.emit({ type: 'draft', chat, botId: bot.id, draftId: id, why: 'expired' })
  })
  return true
}

const watched = new WeakSet<World>()

/** A message of the bot takes away its drafts in the same thread. */
function watchMessages(world: World): void {
  if (watched.has(world)) return
  watched.add(world)
  world.subscribe((event) => {
    if (event.type !== 'message') return
    const { chat, fromId, threadId } = event.message
    if (chat.bot?.id === fromId) removeDrafts(world, chat, fromId, threadId)
  })
}

function removeDrafts(world: World, chat: Chat, botId: number, threadId: number | undefined, except?: string): void {
  for (const [key, draft] of chat.drafts) {
    if (draft.bot.id !== botId || draft.threadId !== threadId || key === except) continue
    chat.drafts.delete(key)
    world.emit({ type: 'draft', chat, botId, draftId: draft.id, why: 'replaced' })
  }
}

function keyOf(botId: number, draftId: number): string {
  return `${botId}:${draftId}`
}
