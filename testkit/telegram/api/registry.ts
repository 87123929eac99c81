// Every method there is, by its name in lower case: a family is one line, and later lines win.
import type { Webhooks } from '../world/deliver.ts'
import type { Polls } from '../world/polls.ts'
import { basics } from './basics.ts'
import type { Call, MethodTable } from './call.ts'
import { callbacks } from './callbacks.ts'
import { chats } from './chats.ts'
import { commands } from './commands.ts'
import { copies } from './copies.ts'
import { drafts } from './drafts.ts'
import { files } from './files.ts'
import { managedBots } from './managed-bots.ts'
import { media } from './media.ts'
import { messages } from './messages.ts'
import { reactions } from './reactions.ts'
import { rich } from './rich.ts'
import { topics } from './topics.ts'
import { createUpdateMethods } from './updates.ts'

export type Method = {
  /** As the documentation spells it. */
  readonly name: string
  readonly run: (call: Call) => unknown
}

export function createRegistry(polls: Polls, webhooks: Webhooks): ReadonlyMap<string, Method> {
  const families: readonly MethodTable[] = [
    basics,
    callbacks,
    chats,
    commands,
    copies,
    drafts,
    files,
    managedBots,
    media,
    messages,
    reactions,
    topics,
    // After messages: it takes over the edits that make a message rich.
    rich,
    createUpdateMethods(polls, webhooks),
  ]
  const registry = new Map<string, Method>()
  for (const family of families) {
    for (const [name, run] of Object.entries(family)) registry.set(name.toLowerCase(), { name, run })
  }
  return registry
}
