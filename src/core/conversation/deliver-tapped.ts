// The button under finished work that sends it to the repository it began with: it only asks, in a message of its own.
import { acceptDelivery } from '../task/accept-delivery.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import type { ReceiveDeps, Tap, Visitor } from './visit.ts'
import { idsOf, threadChat } from './visit.ts'

type Tapped = { readonly tap: Tap; readonly visitor: Visitor }

/** The same tap again asks nothing new. */
export async function deliverTapped(
  deps: ReceiveDeps,
  { tap, visitor }: Tapped,
  task: Task,
): Promise<{ readonly text: string | null; readonly loud?: boolean }> {
  if (!isTerminal(task.status)) return { text: 'It is not done yet.' }
  const chat = await deps.chats.get(tap.place)
  const accepted = await acceptDelivery(deps, {
    interface: tap.place.interface,
    chat: threadChat(chat),
    externalId: `deliver/${task.id}/${tap.tap}`,
    author: visitor.userId,
    authorName: tap.author.name,
    raw: { deliver: task.id },
    taskId: task.id,
    whose: visitor.role === 'owner' ? null : idsOf(visitor),
    wanted: { url: null, branch: null, base: null, title: null, pullRequest: false },
  })
  if ('type' in accepted)
    return { text: accepted.type === 'invalid' ? accepted.problem : 'It can not be delivered.', loud: true }
  await deps.follower.open({
    taskId: accepted.task.id,
    place: tap.place,
    request: null,
    by: visitor.userId,
    direct: tap.direct,
    openedAt: deps.clock.now(),
    finished: false,
  })
  return { text: 'It waits for your OK.' }
}
