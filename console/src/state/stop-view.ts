// What a stop stopped, in words.
import type { WireStopped } from './control.ts'
import { sayCount, sayDuration } from './time.ts'

export function sayStopped(report: WireStopped): string {
  const { stopped, previews_closed: previews, sandboxes_killed: sandboxes } = report
  return [
    `${sayCount(stopped.length, 'task')} stopped`,
    `${sayCount(sandboxes, 'sandbox', 'sandboxes')} ended${sandboxes === 0 ? '' : ` in ${sayDuration(report.kill_ms)}`}`,
    `${sayCount(previews, 'preview')} closed`,
  ].join(', ')
}
