// Hints that wait to be sent, merged: of a task only the newest number, of everything else one. Bounded, because a
// hint may be lost but must not pile up while the server is away.
import type { CredentialId, TaskId } from '../../core/vocabulary/ids.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import type { TaskSignal } from '../../core/ports/task-signals.ts'

export type Hints = {
  readonly add: (signal: TaskSignal) => void
  readonly isEmpty: () => boolean
  /** Takes out as many as `limit`; what stops something comes first. */
  readonly take: (limit: number) => readonly TaskSignal[]
}

const MAX_KEPT = 10_000
// A payload may have 8,000 bytes; a hint has at most 60.
const HINTS_A_PAYLOAD = 100
// A bot's name is ours to choose and has some ten characters; one that would not fit is told to nobody.
const MAX_NAME = 40

export function createHints(): Hints {
  const tasks = new Map<TaskId, number>()
  const aborts = new Set<TaskId>()
  const mail = new Set<BotId>()
  const revoked = new Set<CredentialId>()
  let work = false
  let panic = false
  return {
    add: (signal) => {
      switch (signal.type) {
        case 'work':
          work = true
          break
        case 'abort':
          if (aborts.size < MAX_KEPT) aborts.add(signal.taskId)
          break
        case 'panic':
          panic = true
          break
        case 'revoked':
          if (revoked.size < MAX_KEPT) revoked.add(signal.credential)
          break
        case 'mail':
          if (mail.size < MAX_KEPT && isShort(signal.bot)) mail.add(signal.bot)
          break
        case 'task':
          if (tasks.size < MAX_KEPT || tasks.has(signal.taskId))
            tasks.set(signal.taskId, Math.max(signal.seq, tasks.get(signal.taskId) ?? 0))
          break
      }
    },
    isEmpty: () => !work && !panic && tasks.size === 0 && aborts.size === 0 && mail.size === 0 && revoked.size === 0,
    take: (limit) => {
      const taken: TaskSignal[] = []
      if (panic && limit > 0) {
        panic = false
        taken.push({ type: 'panic' })
      }
      for (const credential of revoked) {
        if (taken.length >= limit) return taken
        revoked.delete(credential)
        taken.push({ type: 'revoked', credential })
      }
      for (const taskId of aborts) {
        if (taken.length >= limit) return taken
        aborts.delete(taskId)
        taken.push({ type: 'abort', taskId })
      }
      if (work && taken.length < limit) {
        work = false
        taken.push({ type: 'work' })
      }
      for (const bot of mail) {
        if (taken.length >= limit) return taken
        mail.delete(bot)
        taken.push({ type: 'mail', bot })
      }
      for (const [taskId, seq] of tasks) {
        if (taken.length >= limit) return taken
        tasks.delete(taskId)
        taken.push({ type: 'task', taskId, seq })
      }
      return taken
    },
  }
}

/** Whatever its characters, it is then below 60 bytes of JSON. */
function isShort(bot: BotId): boolean {
  return /^[\w.:-]+$/.test(bot) && bot.length <= MAX_NAME
}

/** `{"o": origin, "s": [["p"], ["r", credential], ["a", task], ["w"], ["m", bot], ["t", task, seq]]}` */
export function hintsToPayload(hints: Hints, origin: string): string {
  const signals = hints.take(HINTS_A_PAYLOAD).map((signal) => {
    switch (signal.type) {
      case 'work':
        return ['w']
      case 'abort':
        return ['a', signal.taskId]
      case 'panic':
        return ['p']
      case 'revoked':
        return ['r', signal.credential]
      case 'mail':
        return ['m', signal.bot]
      case 'task':
        return ['t', signal.taskId, signal.seq]
    }
  })
  return JSON.stringify({ o: origin, s: signals })
}

/** Nothing for what `own` sent. Anybody with the database's password can notify: what is no hint of ours is ignored. */
export function payloadToSignals(payload: string, own: string): readonly TaskSignal[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(payload)
  } catch {
    return []
  }
  if (typeof parsed !== 'object' || parsed === null || !('o' in parsed) || !('s' in parsed)) return []
  if (parsed.o === own || !Array.isArray(parsed.s)) return []
  return parsed.s.flatMap(toSignal)
}

function toSignal(hint: unknown): readonly TaskSignal[] {
  if (!Array.isArray(hint)) return []
  const [type, name, seq]: readonly unknown[] = hint
  if (type === 'w') return [{ type: 'work' }]
  if (type === 'p') return [{ type: 'panic' }]
  if (typeof name !== 'string') return []
  if (type === 'm') return [{ type: 'mail', bot: name as BotId }]
  if (type === 'r') return [{ type: 'revoked', credential: name as CredentialId }]
  if (type === 'a') return [{ type: 'abort', taskId: name as TaskId }]
  if (type === 't' && typeof seq === 'number') return [{ type: 'task', taskId: name as TaskId, seq }]
  return []
}
