// Ways to break a simulated installation on purpose, to see that the simulation notices.
import type { TaskRecords } from '../../src/adapters/memory/task-records.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { TaskEvent } from '../../src/core/vocabulary/event.ts'

export type Sabotage =
  | 'no-fencing-tokens'
  | 'no-workspace-reset'
  | 'no-sandbox-fencing'
  | 'no-version-check'
  | 'no-record-of-use'

export function sabotageStore(store: TaskStore, records: TaskRecords, sabotage: Sabotage | null): TaskStore {
  if (sabotage === 'no-fencing-tokens') {
    return { ...store, commit: (change) => store.commit({ ...change, token: null }) }
  }
  if (sabotage === 'no-version-check') {
    return {
      ...store,
      commit: (change) =>
        store.commit({ ...change, expectedSeq: records.tasks.get(change.taskId)?.task.lastSeq ?? change.expectedSeq }),
    }
  }
  if (sabotage === 'no-record-of-use') {
    return { ...store, commit: (change) => store.commit({ ...change, events: change.events.map(withoutUse) }) }
  }
  return store
}

/** By which yes a call was begun, forgotten. */
function withoutUse(event: TaskEvent): TaskEvent {
  if (event.type !== 'tool.started') return event
  const { approval_id: _, ...data } = event.data
  return { ...event, data }
}
