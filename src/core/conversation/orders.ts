// Orders within a conversation, wherever it is held: `/run` takes a literal command, `/task` and `/new_task` start work at once.
import type { TaskType } from '../vocabulary/task.ts'
import { parseCommand } from './parse-command.ts'

export type Order = { readonly request: string; readonly taskType: TaskType | null }

/** Null where the words are plain, and where nothing stands behind the order. */
export function orderIn(text: string): Order | null {
  const command = parseCommand(text)
  if (command === null || command.rest === '') return null
  switch (command.name) {
    case 'run':
      return { request: command.rest, taskType: 'shell_command' }
    case 'task':
    case 'new_task':
      return { request: command.rest, taskType: null }
    default:
      return null
  }
}
