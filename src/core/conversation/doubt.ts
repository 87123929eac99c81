// Says that a message may not have arrived, where Telegram's answer to it was lost, and offers to send it again: sending it again
// by itself might say it twice, keeping still might lose it.
import type { OutboxEntry } from '../ports/outbox.ts'
import type { ConversationDeps } from './deps.ts'
import { offerButtons, saying } from './notes.ts'

const OFFERED_MS = 7 * 86_400_000
const DOUBT = 'doubt:'
/** A sound, and a list that /status pin makes anew: asking about them is worth less than they are. */
const SMALL = /^(?:heard|status):/

/** Of the note about the entry with that key. */
export function doubtKey(key: string): string {
  return `${DOUBT}${key}`
}

/** Repeating it changes nothing. What goes on by itself, such as a card that will still get its end, is not spoken of. */
export async function speakOfDoubt(deps: ConversationDeps, entry: OutboxEntry): Promise<void> {
  const { posting, key, lane, place } = entry
  if (posting.type !== 'message' && posting.type !== 'file') return
  const saysMoreLater = key.startsWith('task:') && lane !== 'final'
  if (saysMoreLater || lane === 'progress' || key.startsWith(DOUBT) || SMALL.test(key)) return
  const about = doubtKey(key)
  const expiresAt = new Date(deps.clock.now().getTime() + OFFERED_MS)
  const buttons = await offerButtons(deps, { group: about, place, onlyFor: null, expiresAt }, [
    { name: 'show_again', label: 'Send it again', style: 'plain', does: { type: 'show_again', key } },
  ])
  const what = posting.type === 'file' ? 'a file' : lane === 'approval' ? 'a question' : 'a message'
  const markdown = `The connection broke while I sent you ${what}, so I can't tell whether it is here. If you miss it, the button sends it again.`
  await deps.outbox.put([{ key: about, place, lane: 'reply', posting: saying(markdown, { buttons, silent: true }) }])
}
