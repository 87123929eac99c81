// One task's log, live: events arrive over the socket, are folded in batches, and no number is missed or taken twice.
import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { applyEvents, EMPTY_VIEW } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { isOver } from '../state/wire.ts'
import type { WireEvent } from '../state/wire.ts'
import type { Api } from './api.ts'
import { openSocket } from './socket.ts'
import type { LinkState, Socket } from './socket.ts'

const BATCH_MS = 40

export type Following = {
  readonly view: ReadonlySignal<TaskView>
  readonly link: ReadonlySignal<LinkState>
  /** Why there is nothing to follow, e.g. an unknown task. */
  readonly problem: ReadonlySignal<string | null>
  readonly start: () => void
  readonly stop: () => void
}

/** `onEnd` is called when the task's end arrives. Stopping keeps the view; starting again goes on from its last event. */
export function followTask(id: string, api: Api, onEnd: () => void): Following {
  const view = signal<TaskView>(EMPTY_VIEW)
  const link = signal<LinkState>('connecting')
  const problem = signal<string | null>(null)
  let socket: Socket | null = null
  let waiting: WireEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(events: readonly WireEvent[]): void {
    waiting.push(...events)
    timer ??= setTimeout(flush, BATCH_MS)
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const events = waiting
    waiting = []
    const before = view.value
    const after = applyEvents(before, events)
    view.value = after
    const newest = events.reduce((most, event) => Math.max(most, event.seq), 0)
    if (newest > after.lastSeq) socket?.again()
    if (isEnded(after) && !isEnded(before)) onEnd()
  }

  /** Where no socket gets through, the log is still read page by page. */
  async function readPages(): Promise<boolean> {
    for (;;) {
      const answer = await api.getEvents(id, view.value.lastSeq)
      if (answer.type === 'problem') {
        if (answer.status === 404 || answer.status === 403) problem.value = answer.detail
        return answer.status !== 404 && answer.status !== 403 && answer.status !== 401
      }
      const before = view.value.lastSeq
      waiting.push(...answer.value.items)
      flush()
      if (view.value.lastSeq === before || answer.value.next_cursor === null) return true
    }
  }

  return {
    view,
    link,
    problem,
    start: () => {
      if (socket !== null) return
      socket = openSocket({
        path: () => `/v1/tasks/${encodeURIComponent(id)}/stream?after=${view.value.lastSeq}`,
        onText: (text) => take(readFrame(text)),
        onState: (state) => (link.value = state),
        onFailure: readPages,
        goesOn: () => {
          flush()
          return !isEnded(view.value)
        },
      })
    },
    stop: () => {
      socket?.close()
      socket = null
    },
  }
}

function readFrame(text: string): readonly WireEvent[] {
  try {
    const frame: unknown = JSON.parse(text)
    const isEvent = typeof frame === 'object' && frame !== null && 'seq' in frame && 'type' in frame && 'data' in frame
    return isEvent ? [frame as WireEvent] : []
  } catch {
    return []
  }
}

function isEnded(view: TaskView): boolean {
  return view.status !== null && isOver(view.status)
}
