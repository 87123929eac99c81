// From the abort of a task to the moment at which no process of it is left on the machine.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { isOver, startPlatform } from './harness/platform.ts'
import { processesWith, processTree } from './harness/processes.ts'

const CHILDREN = 20

export const benchmark: Benchmark = {
  name: 'abort',
  run: async (context) => {
    const up = await startPlatform(context, 'data')
    const gone: number[] = []
    const told: number[] = []
    const idle = processTree(up.child.pid ?? 0).length
    for (let round = 0; round < context.rounds; round += 1) {
      // A number that no other process on the machine has in its command line.
      const mark = `${1_000_000_000 + Math.trunc(Math.random() * 1e9)}`
      const command = `for i in $(seq ${CHILDREN}); do sleep ${mark} & done; setsid sleep ${mark} & wait`
      const task = await up.post('/v1/tasks', { input_text: command, task_type: 'shell_command' })
      await up.post(`/v1/tasks/${task.id}/approve`, {})
      await until(() => processesWith(`sleep ${mark}`).length > CHILDREN)
      const before = processTree(up.child.pid ?? 0).length
      const began = performance.now()
      const over = up.follow(task.id, isOver).then(() => told.push(performance.now() - began))
      await up.post(`/v1/tasks/${task.id}/abort`, {})
      await until(() => processesWith(`sleep ${mark}`).length === 0 && processTree(up.child.pid ?? 0).length <= idle)
      gone.push(performance.now() - began)
      context.say(`${before} processes, gone after ${Math.round(gone.at(-1) ?? 0)} ms`)
      await over
    }
    const baseline = { name: 'task.aborted seen', values: told }
    return [{ name: 'abort to no process left', unit: 'ms', ours: gone, baseline, goal: within(1_000) }]
  },
}

async function until(holds: () => boolean): Promise<void> {
  const began = performance.now()
  while (!holds()) {
    if (performance.now() - began > 20_000) throw new Error('waited 20 s in vain')
    await sleep(5)
  }
}
