// What machines ask of the platform: does it live, can it work, how is it doing.
import { z } from 'zod'
import { claimedBy, json, openOperation, scopeProblem } from './operation.ts'
import type { Incoming } from './operation.ts'
import { authenticate } from './authenticate.ts'
import type { HttpDeps } from './deps.ts'
import { name } from './event-schemas.ts'
import { isProblem, problem } from './problem.ts'
import type { Problem } from './problem.ts'

const READY_MS = 2_000
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via', 'origin']
const healthSchema = name('Health', z.object({ status: z.literal('ok') }))
const readySchema = name('Readiness', z.object({ status: z.literal('ready'), workers: z.int() }))

export const healthOperations = [
  openOperation({
    method: 'get',
    path: '/healthz',
    id: 'getHealth',
    summary: 'The process lives.',
    responses: { 200: { description: 'It does.', schema: healthSchema } },
    handle: async () => json({ status: 'ok' }),
  }),
  openOperation({
    method: 'get',
    path: '/readyz',
    id: 'getReadiness',
    summary: 'The store answers and a worker is there to work.',
    responses: { 200: { description: 'Ready.', schema: readySchema } },
    handle: async ({ deps }) => {
      const workers = await liveWorkers(deps)
      if (workers === null) return problem(503, 'store_unavailable', 'The store does not answer.')
      if (workers === 0) return problem(503, 'no_worker', 'No worker is alive.')
      return json({ status: 'ready', workers })
    },
  }),
  openOperation({
    method: 'get',
    path: '/metrics',
    id: 'getMetrics',
    summary: 'For Prometheus. Needs the scope admin, except from this machine where nothing is published.',
    responses: { 200: { description: 'Metrics.', mediaType: 'text/plain' } },
    handle: async (call) => {
      const denied = await metricsProblem(call)
      if (denied !== null) return denied
      const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' }
      return new Response(await call.deps.metrics(), { headers })
    },
  }),
]

async function liveWorkers(deps: HttpDeps): Promise<number | null> {
  const done = new AbortController()
  const late = deps.clock.sleep(READY_MS, done.signal).then(() => null)
  try {
    return await Promise.race([deps.queue.state().then((state) => state.workers.length), late])
  } catch (error) {
    deps.telemetry.log('warn', 'The store does not answer', { error: String(error) })
    return null
  } finally {
    done.abort()
  }
}

/** A proxy on this machine makes the whole world look local, so the exception ends where anything hints at one. */
async function metricsProblem(call: Incoming): Promise<Problem | null> {
  const { headers } = call.request
  const direct =
    call.config.publicUrl === null &&
    LOOPBACK.has(call.config.host === 'localhost' ? '127.0.0.1' : call.config.host) &&
    LOOPBACK.has(call.remoteAddress ?? '') &&
    FORWARDED.every((it) => !headers.has(it))
  if (direct) return null
  const { clock } = call.deps
  const caller = await authenticate({ clock, check: call.check }, call.config, claimedBy(call.request))
  if (isProblem(caller)) return caller
  return caller.principal.scopes.includes('admin') ? null : scopeProblem('admin')
}
