// How much the platform takes and gives, in words: one line for each limit.
import type { PlatformLimits } from '../live/api.ts'

/** As the settings count them. */
const MEGABYTE = 1_048_576

export type LimitLine = { readonly name: string; readonly value: string }

/** What is not limited says so. */
export function limitLines(limits: PlatformLimits): readonly LimitLine[] {
  const often = (count: number | null) => (count === null ? 'no limit' : `${sayNumber(count)} a minute`)
  return [
    { name: 'Requests of one person', value: often(limits.requests_per_minute) },
    { name: 'Requests of all', value: often(limits.requests_per_minute_all) },
    { name: 'Tasks at once', value: limits.tasks_at_once === null ? 'no limit' : sayNumber(limits.tasks_at_once) },
    { name: 'A request', value: `${sayNumber(limits.input_characters)} characters` },
    { name: 'A command', value: `${sayNumber(limits.command_seconds)} seconds` },
    { name: 'Memory of a sandbox', value: sayMegabytes(limits.sandbox_memory_bytes) },
    { name: 'Processes of a sandbox', value: sayNumber(limits.sandbox_processes) },
    { name: 'Disk of a sandbox', value: sayMegabytes(limits.sandbox_disk_bytes) },
  ]
}

function sayNumber(count: number): string {
  return count.toLocaleString('en')
}

function sayMegabytes(bytes: number): string {
  return `${sayNumber(Math.round(bytes / MEGABYTE))} MB`
}
