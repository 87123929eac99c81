// A thousand tasks pending and several worker processes at once; and a worker that is killed in the same model turn again
// and again. Each task is answered, once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import { brokenIn, openArena } from './arena.ts'

const TASKS = 1_000
const DEATHS = Number(process.env['CHAOS_DEATHS'] ?? 3)

test(`${TASKS} tasks pending, four worker processes: each task is done once`, { timeout: 180_000 }, async () => {
  const arena = await openArena({ WORKER_CONCURRENCY: '10', WORKER_LEASE_SECONDS: '10' })
  let left: readonly string[] = []
  try {
    const asked = await Promise.all(
      Array.from({ length: TASKS }, (_, index) => arena.ask('What can you do?', 'question', `crowd-${index}`)),
    )
    // The same message again, from an interface that got no answer, is the same task.
    for (const index of [0, 500, 999]) {
      const again = await arena.ask('What can you do?', 'question', `crowd-${index}`)
      assert.equal(again.id, asked[index]?.id)
    }
    for (let worker = 0; worker < 4; worker += 1) arena.hire()
    const tasks = await arena.allOver(
      asked.map((task) => task.id),
      150_000,
    )
    const byWorker = new Map<string, number>()
    for (const task of tasks) {
      assert.equal(task.status, 'completed')
      const log = await arena.log(task.id)
      assert.deepEqual(brokenIn(task, log), [])
      const started = log.flatMap((event) => (event.type === 'task.started' ? [event.data.worker] : []))
      assert.equal(started.length, 1)
      for (const worker of started) byWorker.set(worker, (byWorker.get(worker) ?? 0) + 1)
    }
    assert.equal(byWorker.size, 4, 'every worker had its share')
  } finally {
    left = await arena.leave()
  }
  assert.deepEqual(left, [])
})

test(
  `a worker killed ${DEATHS} times in the same model turn: the question is answered`,
  { timeout: 60_000 + DEATHS * 20_000 },
  async () => {
    let hire: () => { kill: (signal: 'SIGKILL') => boolean } = () => ({ kill: () => false })
    let worker = hire()
    const llm = await createScriptedLlm({
      respond: (_, number) => {
        if (number > DEATHS) return { text: 'Here is the answer.' }
        // The turn is under way: now the worker dies, and another takes its place.
        worker.kill('SIGKILL')
        worker = hire()
        return { fault: 'hang', headers: true }
      },
    })
    const model = 'openai-compatible/scripted'
    const arena = await openArena({
      OPENAI_COMPATIBLE_BASE_URL: `${llm.url}/v1`,
      OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
      MODEL_SMALL: model,
      MODEL_MAIN: model,
      MODEL_REVIEW: model,
    })
    hire = arena.hire
    let left: readonly string[] = []
    try {
      const { id } = await arena.ask('What is it?', 'question')
      worker = hire()
      const [task] = await arena.allOver([id], 50_000 + DEATHS * 20_000)
      assert.equal(task?.status, 'completed', task?.error ?? '')
      assert.equal(task.result?.answer, 'Here is the answer.')
      const log = await arena.log(id)
      assert.deepEqual(brokenIn(task, log), [])
      assert.equal(llm.requests.length, DEATHS + 1)
      // A start is a note: the worker may be dead before it is written.
      const starts = log.filter((event) => event.type === 'step.started' && event.data.step === 'answer').length
      assert.ok(starts >= 1 && starts <= DEATHS + 1, String(starts))
      assert.equal(log.filter((event) => event.type === 'usage.recorded').length, 1)
    } finally {
      await llm.close()
      left = await arena.leave()
    }
    assert.deepEqual(left, [])
  },
)
