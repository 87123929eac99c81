// Reads the models' answers out of a task's log, for a replay of it.
import type { RecordedTurn } from '../core/crew/ask.ts'
import type { EventOf, TaskEvent } from '../core/vocabulary/event.ts'
import type { JsonValue } from '../core/vocabulary/json.ts'

type Spent = EventOf<'usage.recorded'>['data']

/** What a step recorded, as a ChatTurn or a ModelObject of the Models port; null when the log has no such model turn. */
export function recordedTurns(log: readonly TaskEvent[]): (kind: 'chat' | 'object', step: string) => JsonValue | null {
  const outputs = new Map<string, JsonValue>()
  const spent = new Map<string, Spent>()
  for (const event of log) {
    if (event.type === 'step.completed') outputs.set(event.data.step, event.data.output)
    if (event.type === 'usage.recorded') spent.set(event.data.step, event.data)
  }
  return (kind, step) => {
    const output = outputs.get(step)
    const cost = spent.get(step)
    if (output === undefined || cost === undefined) return null
    const { input_tokens, output_tokens, cached_input_tokens, provider, model, offline } = cost
    const answer = {
      usage: { input_tokens, output_tokens, cached_input_tokens },
      model: { provider, model, offline },
    }
    if (kind === 'object') return { ...answer, value: output }
    // A chat step records a RecordedTurn (core/crew/ask.ts), under names of the log.
    const turn = output as RecordedTurn
    return {
      ...answer,
      text: turn.text,
      toolCalls: turn.tool_calls,
      finish: turn.finish,
      providerData: turn.provider_data,
    }
  }
}
