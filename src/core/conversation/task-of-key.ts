// The names of posts say what they are about.
import type { TaskId } from '../vocabulary/ids.ts'

/** The task that a post of ours is about, as its key says. */
export function taskOfKey(key: string): TaskId | undefined {
  return /^(?:task|files|details|fix|heard):([0-9a-f-]{36})/.exec(key)?.[1] as TaskId | undefined
}
