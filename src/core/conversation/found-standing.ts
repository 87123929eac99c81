// A tap tells where a question stands whose sending nobody could confirm: from then on it can be changed there.
import type { ApprovalId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'
import { afterFound } from '../delivery/entry-after.ts'
import { placeOfTap } from './asked-places.ts'
import type { ConversationDeps } from './deps.ts'
import { doubtKey } from './doubt.ts'
import type { Tap } from './visit.ts'

/** The doubt that was spoken of is taken back. Safe to repeat; changes nothing where it is known already. */
export async function noteWhereItStands(
  deps: Pick<ConversationDeps, 'cards' | 'outbox'>,
  { on, place }: Pick<Tap, 'on' | 'place'>,
  { id }: Task,
  approvalId: ApprovalId,
): Promise<void> {
  const card = await deps.cards.get(id)
  if (on === null || card === null) return
  const { key } = placeOfTap(approvalId, card, place)
  const entry = await deps.outbox.find(place.bot, key)
  const found = entry === null ? null : afterFound(entry, on)
  if (found === null) return
  await deps.outbox.put([{ key: doubtKey(key), place, lane: 'reply', posting: { type: 'nothing' } }])
  await deps.outbox.record([found])
}
