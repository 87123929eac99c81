// What asks for work is counted before anything is done about it: too much of it is told when to come back.
import { isLimited, secondsOf, takeRequest, tooMuchText } from '../../core/access/requests.ts'
import type { Caller } from './authenticate.ts'
import type { HttpConfig, HttpDeps } from './deps.ts'
import { problem } from './problem.ts'
import type { Problem } from './problem.ts'

/** When tasks end nobody knows; asking more often than this is of no use. */
const TASKS_SECONDS = 30

/**
 * Null where the request may go on; it is counted then. `startsWork`: a task may come of it. `again`: whether it was sent before; asked of
 * those alone for whom anything is counted.
 */
export async function limitProblem(
  deps: HttpDeps,
  config: HttpConfig,
  { principal }: Caller,
  { startsWork, again }: { readonly startsWork: boolean; readonly again?: () => Promise<boolean> },
): Promise<Problem | null> {
  if (!isLimited(principal, config.requests) || (await again?.()) === true) return null
  const tooMuch = await takeRequest(deps, principal, config.requests, { startsWork })
  if (tooMuch === null) return null
  const seconds = tooMuch.type === 'too_often' ? secondsOf(tooMuch.waitMs) : TASKS_SECONDS
  const code = tooMuch.type === 'too_often' ? 'too_many_requests' : tooMuch.type
  return problem(429, code, tooMuchText(tooMuch), {
    extra: { retry_after: seconds },
    headers: { 'retry-after': String(seconds) },
  })
}
