// The limits that work can meet, each with the setting that moves it: what a person is told where one is met.

/** As `budget.exhausted` names them. */
export const WORK_LIMITS = {
  'model calls a task': { setting: 'TASK_MODEL_CALLS', unit: 'count' },
  'tokens a task': { setting: 'TASK_TOKENS', unit: 'count' },
  'turns an agent': { setting: 'AGENT_TURNS', unit: 'count' },
  'agents at once': { setting: 'AGENTS_AT_ONCE', unit: 'count' },
  'rounds of repair': { setting: 'REPAIR_ROUNDS', unit: 'count' },
  'minutes of healing': { setting: 'HEAL_MINUTES', unit: 'count' },
  'tokens of healing': { setting: 'HEAL_TOKENS', unit: 'count' },
  'a generation': { setting: 'MODEL_DEADLINE_SECONDS', unit: 'ms' },
  'memory an agent': { setting: 'SANDBOX_MEMORY_MB', unit: 'bytes' },
  'disk a project': { setting: 'SANDBOX_DISK_MB', unit: 'bytes' },
} as const satisfies Readonly<Record<string, { readonly setting: string; readonly unit: 'count' | 'ms' | 'bytes' }>>

export type WorkLimit = keyof typeof WORK_LIMITS

/** A limit that was met: as much of it as was used, and as was allowed, both in its unit. */
export type MetLimit = { readonly limit: string; readonly used: number; readonly allowed: number }

/** One sentence with the figure and the setting. `limit` may be of another version. */
export function limitSentence({ limit, used, allowed }: MetLimit): string {
  switch (limit) {
    case 'memory an agent':
      return `A command needed more memory than the ${bytes(allowed)} an agent may use, so it was stopped (SANDBOX_MEMORY_MB).`
    case 'disk a project':
      return `The project grew beyond the ${bytes(allowed)} it may take${used > allowed ? ` (it took ${bytes(used)})` : ''}, so the work was stopped (SANDBOX_DISK_MB).`
    case 'a generation':
      return `A model did not finish its answer within the ${duration(allowed)} a generation may take (MODEL_DEADLINE_SECONDS).`
    default: {
      const setting = isWorkLimit(limit) ? ` (${WORK_LIMITS[limit].setting})` : ''
      return `The task stopped at its limit of ${allowed} ${limit} (used: ${used})${setting}. Raise the limit or ask for less at a time.`
    }
  }
}

/** In words, e.g. `2 GB`, `5 minutes`, `200`. */
export function limitFigure(limit: WorkLimit, value: number): string {
  switch (WORK_LIMITS[limit].unit) {
    case 'bytes':
      return bytes(value)
    case 'ms':
      return duration(value)
    case 'count':
      return value.toLocaleString('en-US')
  }
}

export function isWorkLimit(name: string): name is WorkLimit {
  return Object.hasOwn(WORK_LIMITS, name)
}

const MB = 1024 * 1024

function bytes(count: number): string {
  const mb = count / MB
  return mb >= 1024 && mb % 1024 === 0
    ? `${mb / 1024} GB`
    : `${mb >= 10 ? Math.round(mb) : Math.round(mb * 10) / 10} MB`
}

function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} minutes`
  return `${seconds} second${seconds === 1 ? '' : 's'}`
}
