// The host's end of the control channel: requests with ids of our own, and replies that have to fit one of them.
import type { Duplex } from 'node:stream'
import { createReplyReader } from './runner-replies.ts'
import type { RunnerReply, RunnerRequest } from './runner/protocol.ts'

type Answer = Extract<RunnerReply, { id: number }>
type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never

export type RunnerClient = {
  readonly ready: Promise<void>
  /**
   * Sends a request and hands every reply to it to `take` until that returns a value other than undefined. A reply that
   * `take` throws on, or that nobody waits for, is garbage.
   */
  readonly ask: <T>(
    request: WithoutId<RunnerRequest>,
    take: (reply: Answer) => T | undefined,
    asked?: Asked,
  ) => Promise<T>
  /** Rejects everything that is waited for, now and later. */
  readonly fail: (error: Error) => void
}
/** What may be done to a request that is under way. */
export type Asked = (more: (request: WithoutId<RunnerRequest>) => void) => void

type Pending = { readonly take: (reply: Answer) => void; readonly reject: (error: Error) => void }

/** Calls `onGarbage` once when the runner can't be believed any more; the others for what it says unasked. */
export function createRunnerClient(
  control: Duplex,
  onGarbage: (problem: string) => void,
  onDisk: (bytes: number) => void,
  onFiltered: () => void,
): RunnerClient {
  const pending = new Map<number, Pending>()
  let lastId = 0
  let failure: Error | null = null
  const ready = Promise.withResolvers<void>()
  // Somebody always waits for it by way of open(); a sandbox that dies early must not count as an unhandled rejection.
  ready.promise.catch(() => undefined)

  const read = createReplyReader((reply) => {
    if (reply.type === 'ready') return ready.resolve()
    if (reply.type === 'disk') return onDisk(reply.bytes)
    if (reply.type === 'filtered') return onFiltered()
    const waiting = pending.get(reply.id)
    if (waiting === undefined) return onGarbage('the runner answered what nobody asked')
    try {
      waiting.take(reply)
    } catch {
      onGarbage(`the runner sent an unfitting ${reply.type}`)
    }
  }, onGarbage)
  control.on('data', read)

  function send(request: RunnerRequest): void {
    control.write(`${JSON.stringify(request)}\n`)
  }

  function ask<T>(
    request: WithoutId<RunnerRequest>,
    take: (reply: Answer) => T | undefined,
    asked?: Asked,
  ): Promise<T> {
    if (failure !== null) return Promise.reject(failure)
    lastId += 1
    const id = lastId
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    pending.set(id, {
      take: (reply) => {
        const answer = take(reply)
        if (answer === undefined) return
        pending.delete(id)
        resolve(answer)
      },
      reject,
    })
    send({ ...request, id })
    asked?.((more) => pending.has(id) && send({ ...more, id }))
    return promise
  }

  return {
    ready: ready.promise,
    ask,
    fail: (error) => {
      failure ??= error
      ready.reject(error)
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
    },
  }
}
