// Every method there is, by its name in lower case: a family is one line.
import type { Webhooks } from '../world/deliver.ts'
import type { Polls } from '../world/polls.ts'
import { basics } from './basics.ts'
import type { Call, MethodTable } from './call.ts'
import { callbacks } from './callbacks.ts'
import { chats } from './chats.ts'
import { commands } from './commands.ts'
import { copies } from './copies.ts'
import { files } from './files.ts'
import { media } from './media.ts'
import { messages } from './messages.ts'
import { reactions } from './reactions.ts'
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
    files,
    media,
    messages,
    reactions,
    createUpdateMethods(polls, webhooks),
  ]
  const registry = new Map<string, Method>()
  for (const family of families) {
    for (const [name, run] of Object.entries(family)) registry.set(name.toLowerCase(), { name, run })
  }
  return registry
}
