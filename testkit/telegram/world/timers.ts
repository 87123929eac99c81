// Timers in the order in which they come due: a heap, because a busy world has many thousands of them.
export type Timer = { readonly at: number; readonly order: number; readonly task: () => void; cancelled: boolean }

export type Timers = {
  /** Returns how to cancel. Timers of the same moment come due in the order of adding. */
  readonly add: (at: number, task: () => void) => () => void
  readonly first: () => Timer | undefined
  /** Removes and returns the first timer, if it is due by then. */
  readonly takeUntil: (moment: number) => Timer | undefined
  readonly clear: () => void
}

export function createTimers(): Timers {
  let heap: Timer[] = []
  let order = 0

  const first = (): Timer | undefined => {
    while (heap[0]?.cancelled === true) removeFirst(heap)
    return heap[0]
  }
  return {
    add: (at, task) => {
      order += 1
      const timer = { at, order, task, cancelled: false }
      insert(heap, timer)
      return () => {
        timer.cancelled = true
      }
    },
    first,
    takeUntil: (moment) => {
      const timer = first()
      if (timer === undefined || timer.at > moment) return undefined
      removeFirst(heap)
      return timer
    },
    clear: () => {
      heap = []
    },
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function insert(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1
  while (index > 0) {
    const above = (index - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || isBefore(parent, timer)) break
    heap[index] = parent
    index = above
  }
  heap[index] = timer
}

function removeFirst(heap: Timer[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let index = 0
  for (;;) {
    let below = 2 * index + 1
    const left = heap[below]
    const right = heap[below + 1]
    if (left === undefined) break
    if (right !== undefined && isBefore(right, left)) below += 1
    const smaller = heap[below]
    if (smaller === undefined || isBefore(last, smaller)) break
    heap[index] = smaller
    index = below
  }
  heap[index] = last
}
