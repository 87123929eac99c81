// Takes messages away, as far as Telegram lets a bot take back its own.
import type { MessageRef } from '../../core/vocabulary/place.ts'
import { toMessageId, tryRepeatable } from './request.ts'
import type { Channel, Tried } from './request.ts'

const TAKEN_BACK = '(taken back)'

/** What is too old to delete is emptied instead. One that is gone already counts as taken away. */
export async function takeAway({ raw, chat_id, signal }: Channel, ref: MessageRef): Promise<Tried<null>> {
  const message_id = toMessageId(ref)
  const deleted = await tryRepeatable(() => raw.deleteMessage({ chat_id, message_id }, signal))
  if (deleted.ok || (deleted.outcome.type !== 'refused' && deleted.outcome.type !== 'missing')) return deleted
  if (deleted.outcome.type === 'missing') return { ok: true, value: null }
  const emptied = await tryRepeatable(() => raw.editMessageText({ chat_id, message_id, text: TAKEN_BACK }, signal))
  // It can be neither deleted nor changed: nothing more can be done about it, now or later.
  const hopeless = !emptied.ok && (emptied.outcome.type === 'refused' || emptied.outcome.type === 'missing')
  return hopeless ? { ok: true, value: null } : emptied
}

/** Takes away all from the one at `index` on, the last first, and shortens `standing` as it goes. */
export async function takeAwayFrom(
  channel: Channel,
  standing: MessageRef[],
  index: number,
): Promise<Extract<Tried<null>, { ok: false }> | null> {
  while (standing.length > index) {
    const ref = standing.at(-1)
    const taken = ref === undefined ? null : await takeAway(channel, ref)
    if (taken !== null && !taken.ok) return taken
    standing.pop()
  }
  return null
}
