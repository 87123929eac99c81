// A chat that got another id: everything kept of it goes along.
import type { BotId } from '../vocabulary/place.ts'
import type { ConversationDeps } from './deps.ts'
import { movePinnedStatus } from './pinned-status.ts'

/** Repeating changes nothing, so that it can be done again after a crash in the middle. */
export async function moveChat(deps: ConversationDeps, bot: BotId, from: string, to: string): Promise<void> {
  await deps.chats.moveChat(bot, from, to)
  await deps.cards.moveChat(bot, from, to)
  await deps.actions.moveChat(bot, from, to)
  await deps.outbox.moveChat(bot, from, to)
  await movePinnedStatus(deps, bot, from, to)
}
