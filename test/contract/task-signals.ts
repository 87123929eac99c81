// What every TaskSignals promises. `open` makes as many ends of one channel as asked for, each as in a process of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskSignal, TaskSignals } from '../../src/core/ports/task-signals.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { newId } from './sample-task.ts'

export type SignalsUnderTest = {
  readonly ends: readonly TaskSignals[]
  readonly close: () => Promise<void>
}

const PATIENCE_MS = 20_000

export function taskSignalsContract(
  name: string,
  open: (processes: number) => Promise<SignalsUnderTest>,
  processes: number,
): void {
  const withEnds = (title: string, count: number, run: (ends: readonly TaskSignals[]) => Promise<void>) => {
    // What lives within one process promises nothing to others.
    if (count > processes) return
    test(`${name}: ${title}`, async () => {
      const { ends, close } = await open(count)
      try {
        await run(ends)
      } finally {
        await close()
      }
    })
  }

  withEnds('a listener of the same process is called at once, and once', 1, async ([own]) => {
    assert.ok(own)
    const heard = collect(own)
    const signal: TaskSignal = { type: 'task', taskId: newId<TaskId>(), seq: 3 }
    own.publish(signal)
    assert.deepEqual(heard.signals, [signal])
    own.publish({ type: 'work' })
    own.publish({ type: 'abort', taskId: signal.taskId })
    assert.deepEqual(
      heard.signals.map(({ type }) => type),
      ['task', 'work', 'abort'],
    )
    // Long enough for an echo of our own, if there were one.
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(heard.signals.length, 3)
  })

  withEnds('who stopped listening hears nothing; subscribing twice is hearing twice', 1, async ([own]) => {
    assert.ok(own)
    let calls = 0
    const listener = () => {
      calls += 1
    }
    const first = own.subscribe(listener)
    const second = own.subscribe(listener)
    own.publish({ type: 'work' })
    assert.equal(calls, 2)
    first()
    first()
    own.publish({ type: 'work' })
    assert.equal(calls, 3)
    second()
    own.publish({ type: 'work' })
    assert.equal(calls, 3)
  })

  withEnds('a listener may stop listening, or publish, while it is called', 1, async ([own]) => {
    assert.ok(own)
    const heard = collect(own)
    const stop = own.subscribe((signal) => {
      stop()
      if (signal.type === 'work') own.publish({ type: 'abort', taskId: newId<TaskId>() })
    })
    own.publish({ type: 'work' })
    assert.deepEqual(heard.signals.map(({ type }) => type).toSorted(), ['abort', 'work'])
  })

  withEnds('other processes hear every kind', 2, async ([here, there]) => {
    assert.ok(here && there)
    const heard = collect(there)
    const taskId = newId<TaskId>()
    const sent: readonly TaskSignal[] = [{ type: 'work' }, { type: 'abort', taskId }, { type: 'task', taskId, seq: 7 }]
    for (const signal of sent) here.publish(signal)
    await heard.until(() => heard.signals.length >= 3)
    for (const signal of sent) assert.ok(heard.signals.some((got) => JSON.stringify(got) === JSON.stringify(signal)))
  })

  withEnds('of a thousand changed tasks every one is told of, the newest change at the least', 3, async (ends) => {
    const [here, there, elsewhere] = ends
    assert.ok(here && there && elsewhere)
    const ids = Array.from({ length: 1_000 }, () => newId<TaskId>())
    const far = [collect(there), collect(elsewhere)]
    for (let seq = 1; seq <= 3; seq += 1) for (const taskId of ids) here.publish({ type: 'task', taskId, seq })
    for (const heard of far) {
      const newest = () =>
        new Set(heard.signals.flatMap((got) => (got.type === 'task' && got.seq === 3 ? got.taskId : [])))
      await heard.until(() => newest().size === ids.length)
    }
  })

  withEnds('both ways at once', 2, async ([here, there]) => {
    assert.ok(here && there)
    const atHome = collect(here)
    const far = collect(there)
    const taskId = newId<TaskId>()
    here.publish({ type: 'task', taskId, seq: 1 })
    there.publish({ type: 'task', taskId, seq: 2 })
    await atHome.until(() => atHome.signals.length >= 2)
    await far.until(() => far.signals.length >= 2)
  })
}

function collect(signals: TaskSignals) {
  const heard: TaskSignal[] = []
  let wake: () => void = () => undefined
  signals.subscribe((signal) => {
    heard.push(signal)
    wake()
  })
  return {
    signals: heard,
    until: async (isEnough: () => boolean): Promise<void> => {
      const patience = setTimeout(() => wake(), PATIENCE_MS)
      const began = Date.now()
      while (!isEnough()) {
        assert.ok(Date.now() - began < PATIENCE_MS, `heard ${heard.length} signals only`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      clearTimeout(patience)
    },
  }
}
