// Messages that were old when they came, e.g. after a downtime: not acted on, but listed in one note, to be run or dropped by a tap.
import type { ChatMessage } from '../vocabulary/chat-message.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { Action } from '../ports/action-store.ts'
import type { HeldMessage } from '../ports/chat-store.ts'
import { jsonToAction } from './action.ts'
import { escapeMarkdown } from './markdown.ts'
import { offerButtons, saying } from './notes.ts'
import type { OfferTo } from './notes.ts'
import { duration, plural } from './status-words.ts'
import { oneLine } from './visible.ts'
import type { ReceiveDeps, Tap } from './visit.ts'

const OFFERED_MS = 7 * 86_400_000
const LISTED = 10
const GIST = 80
/** Only where several people wrote does somebody else than the one who wrote decide. */
const MANY = 2

/** Acts on a message that was held as if it had come now. Safe to repeat. */
export type Replay = (held: HeldMessage, direct: boolean) => Promise<void>

/** What a person wants to know or have stopped is done however late it comes. */
const NEVER_HELD = new Set(['start', 'help', 'status', 'abort', 'panic'])

export function mayBeHeld(command: string | null): boolean {
  return command === null || !NEVER_HELD.has(command)
}

export async function holdMessage(deps: ReceiveDeps, message: ChatMessage): Promise<void> {
  const { place, ref, externalId, author, text, sentAt } = message
  const held = await deps.chats.hold({ place, ref, externalId, by: author.userId, text, sentAt })
  const first = held[0]
  if (first === undefined) return
  const key = `backlog:${placeKey(place)}/${first.ref}`
  const now = deps.clock.now()
  // Whoever wrote them all decides; where several did, an owner.
  const onlyFor = held.every(({ by }) => by === first.by) ? first.by : null
  const buttons = await offerHeld(deps, { group: key, place, onlyFor }, held.length)
  const lines = held
    .slice(0, LISTED)
    .map((one) => `- ${wordsOf(one)} (${duration(now.getTime() - one.sentAt.getTime())} ago)`)
  if (held.length > LISTED) lines.push(`- and ${held.length - LISTED} more`)
  const [these, them] = held.length === 1 ? ['this', 'it'] : ['these', 'them']
  const markdown = `I was away when ${these} came, and have not acted on ${them}:\n\n${lines.join('\n')}`
  await deps.outbox.put([{ key, place, lane: 'reply', posting: saying(markdown, { buttons }) }])
}

/** After a tap by somebody whose decision it is not, which used the buttons up. */
export async function offerHeldAgain(deps: ReceiveDeps, { group, place, onlyFor }: Action): Promise<void> {
  const posting = (await deps.outbox.find(place.bot, group))?.posting
  if (posting?.type !== 'message' || posting.content.buttons.length === 0) return
  const buttons = await offerHeld(deps, { group, place, onlyFor }, MANY)
  await deps.outbox.put([
    { key: group, place, lane: 'reply', posting: { ...posting, content: { ...posting.content, buttons } } },
  ])
}

function offerHeld(deps: ReceiveDeps, to: Omit<OfferTo, 'expiresAt'>, count: number): ReturnType<typeof offerButtons> {
  const expiresAt = new Date(deps.clock.now().getTime() + OFFERED_MS)
  return offerButtons(deps, { ...to, expiresAt }, [
    { name: 'run', label: count === 1 ? 'Run it' : 'Run them all', style: 'good', does: { type: 'run_held' } },
    { name: 'drop', label: 'Drop', style: 'plain', does: { type: 'drop_held' } },
  ])
}

/** After a tap on Run or Drop. Returns what came of it. */
export async function settleHeld(deps: ReceiveDeps, tap: Tap, action: Action, replay: Replay): Promise<string> {
  const held = await deps.chats.takeHeld(tap.place, tap.tap)
  const runs = jsonToAction(action.does).type === 'run_held'
  // In the order in which they were written.
  if (runs) for (const message of held) await replay(message, tap.direct)
  const done = `${runs ? 'Taken up' : 'Dropped'}: ${plural(held.length, 'message')} from while I was away.`
  await deps.outbox.put([{ key: action.group, place: tap.place, lane: 'reply', posting: saying(done) }])
  return done
}

function wordsOf({ text }: HeldMessage): string {
  return text.trim() === '' ? 'a file' : escapeMarkdown(oneLine(text, GIST))
}
