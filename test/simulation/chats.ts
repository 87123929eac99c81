// A simulated chat service: takes messages, forgets to say so, tells people to slow down, and lets them delete what they read.
import type { Delivery, DeliveryOutcome, Messenger } from '../../src/core/ports/messenger.ts'
import type { MessageRef } from '../../src/core/vocabulary/place.ts'
import type { Process } from './process.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export type ChatMessage = {
  readonly ref: MessageRef
  readonly chat: string
  /** Every text it ever had. */
  readonly texts: string[]
  deleted: boolean
}

export type ChatService = {
  readonly messages: readonly ChatMessage[]
  /** Texts whose arrival their sender was left in doubt about. */
  readonly doubts: ReadonlySet<string>
  /** How its clients in this process reach it. */
  readonly messengerFor: (process: Process) => Messenger
  /** A person deletes a message, any. */
  readonly deleteOne: () => void
  /** Answers with honest news only. */
  readonly calm: () => void
}

export function createChatService(scheduler: Scheduler, random: Random): ChatService {
  const messages: ChatMessage[] = []
  const doubts = new Set<string>()
  let well = false

  function apply({ posting, refs, place }: Delivery): DeliveryOutcome {
    if (posting.type !== 'message') return { type: 'delivered', refs: [] }
    const text = posting.content.markdown
    const [first] = refs
    if (first === undefined) {
      const ref = String(messages.length + 1) as MessageRef
      messages.push({ ref, chat: place.chat, texts: [text], deleted: false })
      return { type: 'delivered', refs: [ref] }
    }
    const standing = messages.find((message) => message.ref === first)
    if (standing === undefined || standing.deleted) return { type: 'missing', refs: [] }
    if (standing.texts.at(-1) !== text) standing.texts.push(text)
    return { type: 'delivered', refs }
  }

  async function deliver(process: Process, delivery: Delivery): Promise<DeliveryOutcome> {
    const { refs, posting } = delivery
    const fate = well ? 1 : random.next()
    // Some die between asking and hearing: that is where the hard questions are.
    if (!well && random.chance(0.06)) void scheduler.wait(random.between(0, 80)).then(() => process.crash())
    await scheduler.wait(random.between(1, 40))
    if (fate < 0.05) return settled(process, { type: 'unsent', refs, reason: 'no way there' })
    if (fate < 0.1) return settled(process, { type: 'slow_down', refs, retryAfterMs: random.between(100, 3_000) })
    const text = posting.type === 'message' ? posting.content.markdown : ''
    if (fate < 0.15) {
      if (random.chance(0.5)) apply(delivery)
      // A lost answer to a change is no doubt to its messenger: it may be repeated.
      if (refs.length > 0) return settled(process, { type: 'unsent', refs, reason: 'no answer' })
      doubts.add(text)
      return settled(process, { type: 'ambiguous', refs, reason: 'no answer' })
    }
    const outcome = apply(delivery)
    await scheduler.wait(random.between(1, 40))
    return settled(process, outcome)
  }

  async function settled(process: Process, outcome: DeliveryOutcome): Promise<DeliveryOutcome> {
    await process.pass(0)
    return outcome
  }

  return {
    messages,
    doubts,
    messengerFor: (process) => ({
      deliver: (delivery) => deliver(process, delivery),
      showActivity: async () => undefined,
      showDraft: async () => false,
      renameTopic: async () => true,
      username: () => null,
    }),
    deleteOne: () => {
      if (messages.length > 0) random.pick(messages as [ChatMessage, ...ChatMessage[]]).deleted = true
    },
    calm: () => {
      well = true
    },
  }
}
