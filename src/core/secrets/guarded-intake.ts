// What people send is kept without the secrets in it: that every message is kept must not mean that secrets are.
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { Inbox } from '../ports/inbox.ts'
import type { SecretScanner } from '../ports/secret-scanner.ts'
import type { JsonObject, JsonValue } from '../vocabulary/json.ts'
import { REDACTED } from '../vocabulary/secret.ts'
import type { SecretFinding } from '../vocabulary/secret.ts'
import { redact } from './redact.ts'

/** What of a request may be kept. `rules` says what was found: empty where all of it may. */
export type Keepable = { readonly text: string; readonly raw: JsonObject; readonly rules: readonly string[] }

export async function keepable(
  scanner: SecretScanner,
  given: { readonly text: string; readonly raw: JsonObject },
): Promise<Keepable> {
  const { text, findings } = await redact(scanner, given.text)
  const raw = await cleanObject(given.raw, async (part) => (await redact(scanner, part)).text)
  return { text, raw, rules: [...new Set(findings.map(({ rule }) => rule))] }
}

/** The same conversations; what is heard in them is kept without secrets. */
export function guardedConversations(conversations: ConversationStore, scanner: SecretScanner): ConversationStore {
  return {
    ...conversations,
    hear: async (message, at) => {
      const { text, raw } = await keepable(scanner, message)
      return conversations.hear({ ...message, text, raw }, at)
    },
  }
}

/** The same inbox; what arrives is kept, and given out again, without secrets. What stands behind one keeps its place in the text. */
export function guardedInbox(inbox: Inbox, scanner: SecretScanner): Inbox {
  const clean = async (text: string) => inPlace(text, text === '' ? [] : await scanner.scan(text))
  return {
    ...inbox,
    add: async (items) =>
      inbox.add(await Promise.all(items.map(async (item) => ({ ...item, raw: await cleanObject(item.raw, clean) })))),
  }
}

/** Chats name the parts of a text by their offsets. */
function inPlace(text: string, findings: readonly SecretFinding[]): string {
  let clean = text
  for (const { start, end } of findings.toReversed())
    clean = clean.slice(0, start) + REDACTED.padEnd(end - start, '.') + clean.slice(end)
  return clean
}

/** What an interface names things by is no text of anybody's, and long enough to look like a secret. */
const NAMES_A_THING = /id$/

async function cleanObject(object: JsonObject, clean: (text: string) => Promise<string>): Promise<JsonObject> {
  const parts = await Promise.all(
    Object.entries(object).map(
      async ([name, part]) => [name, NAMES_A_THING.test(name) ? part : await cleanValue(part, clean)] as const,
    ),
  )
  return Object.fromEntries(parts)
}

async function cleanValue(value: JsonValue, clean: (text: string) => Promise<string>): Promise<JsonValue> {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return Promise.all(value.map((part: JsonValue) => cleanValue(part, clean)))
  return typeof value === 'object' && value !== null ? cleanObject(value as JsonObject, clean) : value
}
