// The statuses of a task, in the words and tones the console shows them in.
import type { TaskStatus } from '../../../src/core/vocabulary/task.ts'

export type Tone = 'idle' | 'busy' | 'ask' | 'good' | 'bad' | 'off'

const SAID: Readonly<Record<TaskStatus, { readonly label: string; readonly tone: Tone }>> = {
  pending: { label: 'Received', tone: 'idle' },
  routing: { label: 'Reading', tone: 'busy' },
  needs_approval: { label: 'Needs approval', tone: 'ask' },
  queued: { label: 'Queued', tone: 'idle' },
  running: { label: 'Working', tone: 'busy' },
  aborting: { label: 'Stopping', tone: 'busy' },
  completed: { label: 'Completed', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  aborted: { label: 'Aborted', tone: 'off' },
}

export function statusLabel(status: TaskStatus): string {
  return SAID[status]?.label ?? status
}

export function statusTone(status: TaskStatus): Tone {
  return SAID[status]?.tone ?? 'idle'
}
