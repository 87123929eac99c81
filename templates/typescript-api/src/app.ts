// The application: what every answer has in common, and where the operations hang.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { openApiDocument } from './openapi.ts'
import { problem } from './problem.ts'
import { taskRoutes } from './task-routes.ts'
import type { TaskStore } from './task-store.ts'

type Deps = {
  readonly store: TaskStore
  /** Whoever changes something has to send it; undefined: nobody has to. */
  readonly token?: string | undefined
  readonly log?: (error: Error) => void
}

const MOST_BYTES = 64 * 1024
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

export function createApp({ store, token, log = console.error }: Deps): Hono {
  const app = new Hono()
  app.use(secureHeaders())
  app.use(bodyLimit({ maxSize: MOST_BYTES, onError: (context) => problem(context, 413, 'That is too much at once.') }))
  app.use('/v1/*', async (context, next) => {
    const { method } = context.req
    if (token !== undefined && !READING.has(method) && !isSame(context.req.header('authorization'), `Bearer ${token}`))
      return problem(context, 401, 'Send the token as `Authorization: Bearer ...`.')
    return next()
  })

  app.get('/healthz', (context) => {
    store.list(1)
    return context.json({ status: 'ok' })
  })
  app.get('/openapi.json', (context) => context.json(openApiDocument()))
  app.route('/v1/tasks', taskRoutes(store))

  app.notFound((context) => problem(context, 404, 'There is nothing here.'))
  app.onError((error, context) => {
    log(error)
    return problem(context, 500, 'Something broke. Try again later.')
  })
  return app
}

/** Takes as long for a wrong token as for the right one. */
function isSame(given: string | undefined, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return given !== undefined && timingSafeEqual(digest(given), digest(wanted))
}
