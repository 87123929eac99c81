// TaskSignals within one process.
import type { TaskSignal, TaskSignals } from '../../core/ports/task-signals.ts'

export function createMemoryTaskSignals(): TaskSignals {
  const listeners = new Set<(signal: TaskSignal) => void>()
  return {
    publish: (signal) => {
      for (const listener of [...listeners]) listener(signal)
    },
    subscribe: (listener) => {
      // A wrapper of its own: the same listener subscribed twice is two subscriptions.
      const own = (signal: TaskSignal) => listener(signal)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
