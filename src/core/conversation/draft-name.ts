// The name of the draft in which a task's answer shows while it is written: short enough that every interface carries it as it is.
import type { TaskId } from '../vocabulary/ids.ts'

const DIGITS = 7

/** A positive number below 2^28, in decimal, from the random end of the id. */
export function draftOf(taskId: TaskId): string {
  return String(Number.parseInt(taskId.slice(-DIGITS), 16) || 1)
}
