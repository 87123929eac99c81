// Turns the crew's conversation into the AI SDK's messages, and a provider's turn into the opaque data that goes back to it.
import type { AssistantModelMessage, ModelMessage, ToolModelMessage } from 'ai'
import { z } from 'zod'
import type { ChatMessage } from '../../core/ports/models.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { ProviderName } from './providers.ts'

type AssistantChat = Extract<ChatMessage, { role: 'assistant' }>
type MessageSchema = { safeParse: (value: unknown) => { success: true; data: ModelMessage } | { success: false } }

const PROVIDER_DATA = z.object({ provider: z.string(), messages: z.array(z.json()) })

/** What `fromProviderData` takes back: the provider's own messages, whole, with the signatures in them. */
export function toProviderData(provider: ProviderName, messages: readonly ModelMessage[]): JsonValue {
  const own = messages.filter((message) => message.role === 'assistant')
  // Through text, so that nothing is left in it that a journal could not keep.
  const data: JsonValue = JSON.parse(JSON.stringify({ provider, messages: own }))
  return data
}

/** `schema` is the AI SDK's own, handed in because that module is loaded late. */
export function toModelMessages(
  messages: readonly ChatMessage[],
  provider: ProviderName,
  schema: MessageSchema,
): ModelMessage[] {
  const converted: ModelMessage[] = []
  for (const message of messages) {
    if (message.role === 'user') converted.push({ role: 'user', content: message.text })
    else if (message.role === 'assistant') {
      converted.push(...(ownMessages(message, provider, schema) ?? rebuilt(message)))
    } else {
      const result: ToolModelMessage['content'][number] = {
        type: 'tool-result',
        toolCallId: wireId(message.callId),
        toolName: message.tool,
        output: { type: message.ok ? 'text' : 'error-text', value: message.output },
      }
      const last = converted.at(-1)
      if (last?.role === 'tool') last.content.push(result)
      else converted.push({ role: 'tool', content: [result] })
    }
  }
  return converted
}

/** The turn as this provider gave it; null when it came from another one (whose signatures mean nothing here). */
function ownMessages(
  { providerData, toolCalls }: AssistantChat,
  provider: ProviderName,
  schema: MessageSchema,
): readonly ModelMessage[] | null {
  const data = PROVIDER_DATA.safeParse(providerData)
  if (!data.success || data.data.provider !== provider || data.data.messages.length === 0) return null
  // A changed id would no longer match its result.
  if (toolCalls.some(({ id }) => wireId(id) !== id)) return null
  const messages = data.data.messages.map((message) => schema.safeParse(message))
  const whole = messages.flatMap((message) => (message.success ? [message.data] : []))
  return whole.length === messages.length ? whole : null
}

function rebuilt({ text, toolCalls }: AssistantChat): readonly AssistantModelMessage[] {
  const calls = toolCalls.map(({ id, tool, input }) => ({
    type: 'tool-call' as const,
    toolCallId: wireId(id),
    toolName: tool,
    input,
  }))
  const content = text === '' ? calls : [{ type: 'text' as const, text }, ...calls]
  return content.length === 0 ? [] : [{ role: 'assistant', content }]
}

/** Ids travel between providers, and the strictest takes 64 letters, digits, `_` and `-`. */
function wireId(id: string): string {
  return id.replaceAll(/[^\w-]/g, '_').slice(0, 64)
}
