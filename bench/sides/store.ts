// What our sides of the database benchmarks share: the real store, queue and rules over the server they are given.
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import type { AcceptDeps, Request } from '../../src/core/task/accept-request.ts'
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import { createTaskWriter } from '../../src/core/task/task-writer.ts'
import type { Claim } from '../../src/core/ports/task-queue.ts'
import type { WorkerId } from '../../src/core/vocabulary/ids.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import type { Task, TaskResult, TaskType } from '../../src/core/vocabulary/task.ts'

export type Server = { readonly host: string; readonly port: number; readonly user: string; readonly database: string }
export type Store = AcceptDeps & Awaited<ReturnType<typeof connectPostgres>>

export const WORKER = `bench-${process.pid}` as WorkerId
export const LEASE_MS = 30_000
const POOL = 12

/** Migrates the database first where that is needed. */
export async function openStore({ host: directory, port, user, database }: Server): Promise<Store> {
  const connection = { type: 'socket', directory, port, user, database } as const
  const stores = await connectPostgres({ connection, log: () => undefined, poolSize: POOL })
  return {
    ...stores,
    clock: createSystemClock(),
    ids: createSystemIds(),
    telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
    // Nothing that is measured here is a command.
    termsOf: () => Promise.reject(new Error('There are no commands here')),
    keepable: async (given) => ({ ...given, rules: [] }),
    limits: { inputCharacters: 32_000, approvalMs: 3_600_000 },
  }
}

let sent = 0
/** Accepts one request of a fixed type, so that it is queued at once; resolves when it is durable. */
export async function accept(deps: AcceptDeps, taskType: TaskType = 'question'): Promise<Task> {
  sent += 1
  const request: Request = {
    interface: 'http',
    chat: 'bench',
    externalId: `${process.pid}-${sent}`,
    author: OWNER,
    text: 'What is the answer?',
    raw: {},
    taskType,
    source: { type: 'empty' },
  }
  const accepted = await acceptRequest(deps, request)
  if ('type' in accepted) throw new Error(`refused: ${accepted.type}`)
  return accepted.task
}

export const RESULT: TaskResult = {
  summary: 'Done.',
  answer: '42',
  exit_code: null,
  output: null,
  preview_url: null,
  commit: null,
  changed_files: [],
  checks: [],
  usage: { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0, model_calls: 0 },
  sources: [],
  offline: true,
}

/** A job that does nothing, as the platform records one: started and completed under the claim's token. */
export async function finish(deps: AcceptDeps, claim: Claim): Promise<void> {
  const writer = createTaskWriter(deps, claim)
  await writer.append(
    { type: 'task.started', data: { worker: WORKER, sandbox_level: 'L1' } },
    { type: 'task.completed', data: { result: RESULT } },
  )
}

/**
 * Claims and works until stopped. `slot: 'ended'`: a job holds one of the `concurrency` slots until its end is durable.
 * `slot: 'worked'`: until its work is done; up to `prefetch` jobs are claimed and not yet durably ended at any time.
 */
export function consume(
  deps: Store,
  size: { readonly concurrency: number; readonly prefetch: number; readonly slot: 'ended' | 'worked' },
  work: (claim: Claim) => Promise<void>,
  end: (claim: Claim) => Promise<void>,
): () => Promise<void> {
  const ready: Claim[] = []
  // Ahead of need many are claimed at a time; where each waits for a slot, whatever there is for the free ones.
  const least = size.slot === 'worked' ? size.prefetch / 2 : 1
  let running = 0
  let unended = 0
  let stopped = false
  let hinted = false
  let wake: () => void = () => undefined
  const unsubscribe = deps.signals.subscribe((signal) => {
    if (signal.type !== 'work') return
    hinted = true
    wake()
  })

  async function run(claim: Claim): Promise<void> {
    running += 1
    unended += 1
    try {
      await work(claim)
      if (size.slot === 'worked') free()
      await end(claim)
    } finally {
      if (size.slot === 'ended') free()
      unended -= 1
      wake()
    }
  }

  function free(): void {
    running -= 1
    fill()
  }

  function fill(): void {
    while (running < size.concurrency) {
      const claim = ready.shift()
      if (claim === undefined) return
      void run(claim)
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      hinted = false
      const limit = size.prefetch - ready.length - unended
      const request = { worker: WORKER, limit, leaseMs: LEASE_MS, only: null }
      const claims = limit >= least ? await deps.queue.claim(request) : []
      ready.push(...claims)
      fill()
      if (claims.length > 0 || hinted) continue
      const pause = new AbortController()
      wake = () => pause.abort()
      await deps.clock.sleep(100, pause.signal)
    }
  }
  const done = loop()
  return async () => {
    stopped = true
    wake()
    await done
    unsubscribe()
  }
}
