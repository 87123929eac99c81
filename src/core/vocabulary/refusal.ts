// An expected "no", as a value: what was asked can't be done to this task as it is now. Broken infrastructure throws instead.
import type { TaskEventBody } from './event.ts'
import type { TaskStatus } from './task.ts'

export type Refusal =
  | { readonly type: 'not_found' }
  | { readonly type: 'wrong_status'; readonly status: TaskStatus; readonly wanted: string }
  | { readonly type: 'wrong_approval' }
  | { readonly type: 'approval_expired' }
  | { readonly type: 'already_over'; readonly status: TaskStatus }
  | { readonly type: 'lost_lease' }
  /** What only a person, or the platform in their name, may record. */
  | { readonly type: 'not_a_workers'; readonly event: TaskEventBody['type'] }
  /** `field`: of what was asked; the words of the request where it is not said. */
  | { readonly type: 'invalid'; readonly problem: string; readonly field?: string }
  /** The policy refuses it, and no approval lifts that. */
  | { readonly type: 'denied'; readonly rule: string; readonly why: string }
