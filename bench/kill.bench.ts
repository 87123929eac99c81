// kill -9 in the middle of a task: how long until the task is completed by the platform that is started next.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { isOver, runToEnd, startPlatform } from './harness/platform.ts'

const TEXT = 'create a hello world web app'
const SETTINGS = { PREVIEW_MINUTES: '0', WORKER_LEASE_SECONDS: '1' }

export const benchmark: Benchmark = {
  name: 'kill',
  run: async (context) => {
    const undisturbed: number[] = []
    const recovered: number[] = []
    for (let round = 0; round < Math.min(3, context.rounds); round += 1) {
      const name = `kill-${round}`
      const doomed = await startPlatform(context, name, SETTINGS)
      await runToEnd(doomed, TEXT)
      undisturbed.push((await runToEnd(doomed, TEXT)) / 1_000)
      const task = await doomed.post('/v1/tasks', { input_text: TEXT })
      // In the coder's work, at another moment each round.
      await doomed.follow(task.id, (event) => event.type === 'tool.finished')
      await sleep(round * 100)
      const died = new Promise((resolve) => doomed.child.once('exit', resolve))
      const began = performance.now()
      doomed.child.kill('SIGKILL')
      await died
      const heir = await startPlatform(context, name, SETTINGS)
      await heir.follow(task.id, isOver)
      recovered.push((performance.now() - began) / 1_000)
      const { status, error } = await heir.get(`/v1/tasks/${task.id}`)
      if (status !== 'completed') throw new Error(`after kill -9 the task ended ${status}: ${error}`)
      context.say(`ready again after ${Math.round(heir.readyMs)} ms, completed after ${recovered.at(-1)?.toFixed(2)} s`)
      await heir.stop()
    }
    const baseline = { name: 'undisturbed', values: undisturbed }
    const note = 'start included, lease 1 s'
    return [{ name: 'kill -9 in a task to completed', unit: 's', ours: recovered, baseline, goal: within(5), note }]
  },
}
