// What a stop stopped, in words.
import type { WireStopped } from './control.ts'
import { sayCount } from './time.ts'

export function sayStopped({ stopped, previews_closed: previews, sandboxes_killed: sandboxes }: WireStopped): string {
  return [
    `${sayCount(stopped.length, 'task')} stopped`,
    `${sayCount(sandboxes, 'sandbox', 'sandboxes')} ended`,
    `${sayCount(previews, 'preview')} closed`,
  ].join(', ')
}
