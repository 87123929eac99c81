// The application: the operations, what every answer has in common, and the pages where they were built.
import { existsSync } from 'node:fs'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { problem } from './problem.ts'
import { taskRoutes } from './task-routes.ts'
import type { TaskStore } from './task-store.ts'

type Deps = {
  readonly store: TaskStore
  /** The built pages; nothing is served from a folder that is not there. */
  readonly staticFolder: string
  readonly log?: (error: Error) => void
}

const MOST_BYTES = 64 * 1024
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const ITSELF = ["'self'"]

export function createApp({ store, staticFolder, log = console.error }: Deps): Hono {
  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ITSELF,
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        frameAncestors: ITSELF,
      },
      xFrameOptions: false,
      strictTransportSecurity: false,
    }),
  )
  app.use(bodyLimit({ maxSize: MOST_BYTES, onError: (context) => problem(context, 413, 'That is too much at once.') }))
  // Another site's page must not act in the name of whoever is looking at it.
  app.use('/api/*', async (context, next) => {
    const site = context.req.header('sec-fetch-site') ?? 'none'
    if (!SAFE.has(context.req.method) && site !== 'same-origin' && site !== 'none')
      return problem(context, 403, 'This can only be done from the pages of this site.')
    return next()
  })

  app.get('/healthz', (context) => {
    store.list(1)
    return context.json({ status: 'ok' })
  })
  app.route('/api/tasks', taskRoutes(store))
  app.all('/api/*', (context) => problem(context, 404, 'There is nothing here.'))
  if (existsSync(staticFolder)) app.use(serveStatic({ root: staticFolder }))

  app.notFound((context) => problem(context, 404, 'There is nothing here.'))
  app.onError((error, context) => {
    log(error)
    return problem(context, 500, 'Something broke. Try again later.')
  })
  return app
}
