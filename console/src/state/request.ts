// What a person typed, as the request that is sent.
import type { TaskType } from '../../../src/core/vocabulary/task.ts'

export type NewTask = { readonly input_text: string; readonly task_type?: TaskType }

/** `/run ls -la` is the literal command; everything else is left to the crew. Null when there is nothing to send. */
export function readRequest(text: string): NewTask | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const command = /^\/run(?:\s+([\s\S]*))?$/.exec(trimmed)
  if (command === null) return { input_text: trimmed }
  const input = (command[1] ?? '').trim()
  return input === '' ? null : { input_text: input, task_type: 'shell_command' }
}
