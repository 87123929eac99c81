// The one-time link by which the first person becomes the owner.
import type { ChatMessage } from '../vocabulary/chat-message.ts'
import { askAboutOthers } from './admission.ts'
import { shownName } from './people.ts'
import type { ReceiveDeps } from './visit.ts'

/** Makes the author an owner if the code holds. Changes nothing for those who are owners already, and uses no code up for them. */
export async function becomeOwner(deps: ReceiveDeps, { author, place }: ChatMessage, code: string): Promise<void> {
  const { userId, name } = author
  if (deps.settings.owners.includes(userId) || (await deps.members.find(userId))?.role === 'owner') return
  if (!(await deps.claimOwnership(code))) return
  await deps.recorder.record(userId, 'person.changed', userId, { role: 'owner', by: 'one-time link' })
  await deps.members.put({ userId, role: 'owner', name: shownName(name), since: deps.clock.now() })
  await askAboutOthers(deps, userId, place)
}
