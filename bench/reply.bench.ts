// From a message sent to the first thing that its sender sees happen, over HTTP and a WebSocket.
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { percentile } from './harness/figures.ts'
import { startPlatform } from './harness/platform.ts'
import type { Up } from './harness/platform.ts'

const TEXT = 'Who are you?'

export const benchmark: Benchmark = {
  name: 'reply',
  run: async (context) => {
    const first: number[] = []
    const p50: number[] = []
    const p95: number[] = []
    const bare: number[] = []
    for (let round = 0; round < Math.min(3, context.rounds); round += 1) {
      const up = await startPlatform(context, `reply-${round}`, { WORKER_CONCURRENCY: '1' })
      first.push((await firstEvent(up)).took)
      const took: number[] = []
      const asked: number[] = []
      for (let number = 0; number < (context.quick ? 20 : 100); number += 1) {
        const began = performance.now()
        await (await fetch(`${up.url}/healthz`)).text()
        asked.push(performance.now() - began)
        took.push((await firstEvent(up)).took)
      }
      p50.push(percentile(took, 50))
      p95.push(percentile(took, 95))
      bare.push(percentile(asked, 50))
      await up.stop()
    }
    const baseline = { name: 'GET /healthz', values: bare }
    return [
      { name: 'POST to first event, p50', unit: 'ms', ours: p50, baseline, goal: within(30) },
      { name: 'POST to first event, p95', unit: 'ms', ours: p95, baseline, goal: within(100) },
      { name: 'POST to first event, first after a start', unit: 'ms', ours: first, baseline, goal: within(300) },
    ]
  },
}

/** The socket is opened once the task's id is known, and its opening counts. Waits for the end, so that tasks don't queue. */
async function firstEvent(up: Up): Promise<{ readonly took: number }> {
  const began = performance.now()
  const task = await up.post('/v1/tasks', { input_text: TEXT })
  let took = Number.NaN
  await up.follow(task.id, (event) => {
    if (Number.isNaN(took) && (event.type === 'task.routed' || event.type.startsWith('step.'))) {
      took = performance.now() - began
    }
    return ['task.completed', 'task.failed', 'task.aborted'].includes(event.type)
  })
  return { took }
}
