// BullMQ's side of the queue benchmark: the same jobs, the same concurrency, on its own Redis.
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import IORedis from 'ioredis'

const { socket, jobs, concurrency, paced, paceMs } = JSON.parse(process.argv[2])
const connect = () => new IORedis({ path: socket, maxRetriesPerRequest: null })
const payload = { text: 'What is the answer?', user: 'owner' }
// Retries and kept history on, as on our side.
const options = { attempts: 5, backoff: { type: 'exponential', delay: 500 }, removeOnComplete: false }
const queue = new Queue(`bench-${process.pid}`, { connection: connect(), defaultJobOptions: options })
await queue.waitUntilReady()

async function inParallel(times, width, work) {
  let next = 0
  const lane = async () => {
    while (next < times) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

await inParallel(200, concurrency, () => queue.add('warm', payload))
let began = performance.now()
await inParallel(jobs, concurrency, () => queue.add('job', payload))
const enqueuePerSecond = (jobs * 1_000) / (performance.now() - began)

let done = 0
let finished
const drained = new Promise((resolve) => (finished = resolve))
const waiting = new Map()
began = performance.now()
const worker = new Worker(queue.name, async () => null, { connection: connect(), concurrency })
worker.on('completed', (job) => {
  waiting.get(job.id)?.()
  if (++done === jobs + 200) finished()
})
await drained
const jobsPerSecond = ((jobs + 200) * 1_000) / (performance.now() - began)

const latencies = []
await sleep(200)
const pending = []
for (let number = 0; number < paced; number += 1) {
  const start = performance.now()
  const jobId = `paced-${number}`
  pending.push(
    new Promise((resolve) =>
      waiting.set(jobId, () => {
        latencies.push(performance.now() - start)
        resolve()
      }),
    ),
  )
  await queue.add('job', payload, { jobId })
  await sleep(paceMs)
}
await Promise.all(pending)
latencies.sort((one, other) => one - other)
const at = (share) => latencies[Math.min(latencies.length - 1, Math.ceil(share * latencies.length) - 1)]
await worker.close()
await queue.close()
console.log(JSON.stringify({ enqueuePerSecond, jobsPerSecond, p50: at(0.5), p99: at(0.99) }))
process.exit(0)
