// One line for each finished task in the day's notes of the chat that it was asked for in: what a person, or a model tomorrow, wants to
// know of the day.
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import { MEMORY_FILE_BYTES, notesOf } from '../ports/memory-files.ts'
import type { MemoryFiles } from '../ports/memory-files.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { chatScope } from '../vocabulary/memory.ts'
import type { MemoryScope } from '../vocabulary/memory.ts'
import { shorten } from '../vocabulary/short-text.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import { chatInContext } from '../vocabulary/thread-chat.ts'
import { homeScope } from './scopes.ts'
import { tidy } from './sentence.ts'

export type NoteDeps = {
  readonly conversations: Pick<ConversationStore, 'thread'>
  readonly memoryFiles: MemoryFiles
  readonly identities: IdentityStore
  readonly telemetry: Pick<Telemetry, 'log'>
}

const TITLE = 80
/** Room for the last line. */
const FULL_BYTES = MEMORY_FILE_BYTES - 1_000

/**
 * In the day (UTC) of the task's end. It holds the person's words, so it stays where they were said; what was asked for outside of any
 * lasting chat is noted for the person. The same task again changes nothing; a task that is not over is no note. Never rejects: a disk
 * that fails is logged, and the task is none the worse.
 */
export async function noteOfTheDay(deps: NoteDeps, task: Task): Promise<void> {
  if (!isTerminal(task.status)) return
  try {
    const scope = await scopeOf(deps, task)
    const name = notesOf(task.updatedAt)
    const notes = (await deps.memoryFiles.read(scope, name))?.text ?? ''
    if (notes.includes(markOf(task)) || new TextEncoder().encode(notes).length > FULL_BYTES) return
    await deps.memoryFiles.append(scope, name, noteLine(task))
  } catch (error) {
    deps.telemetry.log('warn', 'The note of the day could not be written', { task_id: task.id, error: String(error) })
  }
}

async function scopeOf(deps: NoteDeps, task: Task): Promise<MemoryScope> {
  const thread = await deps.conversations.thread(task.threadId)
  // A command of the terminal is a conversation of one message.
  const isLasting = thread !== null && (thread.interface !== 'terminal' || chatInContext(thread.chat).context !== null)
  return isLasting ? chatScope(thread) : homeScope(deps, task.userId)
}

/** Without reasons of failures: what failed today is no lesson for tomorrow. */
export function noteLine(task: Task): string {
  const time = task.updatedAt.toISOString().slice(11, 16)
  const asked = task.taskType === 'shell_command' ? 'ran' : 'asked'
  return `- ${time} ${asked} “${titleOf(task.inputText)}”: ${outcomeOf(task)} ${markOf(task)}`
}

function outcomeOf({ status, taskType, result }: Task): string {
  if (status === 'failed') return 'failed'
  if (status === 'aborted') return 'stopped'
  if (taskType === 'question') return 'answered'
  if (taskType === 'shell_command') return `exit code ${result?.exit_code ?? 'unknown'}`
  const files = result?.changed_files.length ?? 0
  const parts = [
    files === 0 ? '' : files === 1 ? '1 file' : `${files} files`,
    (result?.preview_url ?? null) === null ? '' : 'preview',
  ]
  return ['done', ...parts].filter((part) => part !== '').join(', ')
}

/** Tells the line of one task from another's: the end of the id is enough for a day, and a model reads it each time. */
function markOf({ id }: Task): string {
  return `(${id.slice(-8)})`
}

/** On one line, with nothing in it that does not show or that could be taken for a line of its own. */
function titleOf(text: string): string {
  const line = tidy(text.slice(0, TITLE * 4).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, ' ')).replace(/[“”<>]/g, "'")
  return shorten(line, TITLE)
}
