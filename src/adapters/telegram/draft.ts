// Drafts: an answer that shows while it is written, in chats of one person, with Telegram's own Stop.
import { refusedForm } from './api-outcome.ts'
import type { KnownOfBots } from './known-of-bots.ts'
import { renderContent } from './render/render-content.ts'
import { tryRepeatable } from './request.ts'
import type { Channel, Tried } from './request.ts'

const LARGEST_ID = 2 ** 31 - 1

/** The text is Markdown; of a long one the beginning shows. An empty one shows that something is being thought about. */
export async function showDraft(
  channel: Channel,
  known: KnownOfBots,
  draft: string,
  markdown: string,
): Promise<boolean> {
  const { raw, chat_id, thread, place, signal } = channel
  if (typeof chat_id !== 'number' || chat_id <= 0) return false
  const common = { chat_id, ...thread, draft_id: toDraftId(draft), can_stop: true }
  const content = { markdown, folds: [], buttons: [] }
  const form = known.form(place.bot)
  if (form === 'rich' && markdown.trim() !== '') {
    const [message] = renderContent(content, 'rich').messages
    if (message?.type === 'rich') {
      const rich_message = { blocks: [...message.blocks] }
      const shown = await tryRepeatable(() => raw.sendRichMessageDraft({ ...common, rich_message }, signal))
      if (shown.ok || refusedForm(shown.error) === null) return isKnown(shown)
    }
  }
  const [message] = renderContent(content, 'entities').messages
  const text = markdown.trim() === '' || message?.type !== 'text' ? '' : message.text
  const entities = text === '' || message?.type !== 'text' ? [] : [...message.entities]
  const shown = await tryRepeatable(() => raw.sendMessageDraft({ ...common, text, entities }, signal))
  if (shown.ok || refusedForm(shown.error) === null) return isKnown(shown)
  known.draftsRefused(place.bot, refusedForm(shown.error) === 'unknown_method')
  return false
}

/** Failing for now says nothing of whether the place knows drafts. */
function isKnown(tried: Tried<null>): boolean {
  return tried.ok || tried.outcome.type === 'unsent' || tried.outcome.type === 'slow_down'
}

/**
 * Telegram's number of a draft: the draft's own name where it is such a number, else one made from it, always the same.
 * What a person stops comes back under that number.
 */
function toDraftId(draft: string): number {
  const number = /^[1-9]\d{0,9}$/.test(draft) ? Number(draft) : 0
  if (number > 0 && number <= LARGEST_ID) return number
  let hash = 0x811c9dc5
  for (let at = 0; at < draft.length; at += 1) hash = Math.imul(hash ^ draft.charCodeAt(at), 0x01000193)
  return hash >>> 1 || 1
}
