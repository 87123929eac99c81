// `/login`: a one-time link into the console, for the person who asks, in their own chat.
import { code } from './markdown.ts'
import { answer } from './notes.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

/** A newer link is made each time it is asked for; an older one still holds until its own end. */
export async function sendLogin(deps: ReceiveDeps, { message, visitor }: Visit): Promise<void> {
  if (!message.direct) return answer(deps, message, 'Write /login to me in our own chat: the link is for you alone.')
  if (deps.consoleLogin === undefined) return answer(deps, message, 'There is no console here.')
  const { url, onlyHere } = await deps.consoleLogin(visitor.userId)
  const holds = 'It holds once, for ten minutes. Do not pass it on: whoever opens it is you.'
  if (onlyHere) {
    const where = 'The console can only be reached on the machine that I run on. Open this there:'
    return answer(deps, message, `${where}\n\n${code(url)}\n\n${holds}`)
  }
  // A button keeps it out of the words of the conversation.
  const buttons = [[{ label: 'Open the console', style: 'plain', does: { type: 'open', url } } as const]]
  await answer(deps, message, `Here is your link into the console. ${holds}`, { buttons })
}
