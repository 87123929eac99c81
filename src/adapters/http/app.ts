// The routes: operations under all their names, the console's files, and a problem for everything else.
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { isSecure } from './authenticate.ts'
import { createConsoleFiles } from './console-files.ts'
import type { CredentialCheck } from './credential-check.ts'
import type { HttpConfig, HttpDeps } from './deps.ts'
import { openApiDocument } from './openapi.ts'
import { json } from './operation.ts'
import type { Operation } from './operation.ts'
import { operations, pathsOf } from './operations.ts'
import { hostProblem } from './origins.ts'
import { isProblem, NOT_FOUND, problem, problemToResponse } from './problem.ts'

type Env = { Bindings: HttpBindings; Variables: { route: string } }

/** On every response; what a response says itself stands. */
const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), midi=(), display-capture=()',
  'x-permitted-cross-domain-policies': 'none',
}
/** Where people reach us by HTTPS, they never do by anything else. */
const HSTS = 'max-age=31536000'
/** Where previews are when they have no host names of their own. */
const LOOPBACK_PREVIEWS = 'http://127.0.0.1:*'
const API = /^\/(v1|tasks|healthz|readyz|metrics|openapi\.json|telegram|mcp)(\/|$)/

export function createApp(deps: HttpDeps, config: HttpConfig, check: CredentialCheck): Hono<Env> {
  const app = new Hono<Env>({ strict: false })
  const files = createConsoleFiles(config.consoleDirectory, deps.previewHosts?.origin ?? LOOPBACK_PREVIEWS)

  app.use(async (context, next) => {
    const began = performance.now()
    const misdirected = hostProblem(config, context.req.header('host') ?? null)
    if (misdirected === null) await next()
    else context.res = problemToResponse(misdirected)
    for (const [key, value] of Object.entries(SECURITY)) {
      if (!context.res.headers.has(key)) context.res.headers.set(key, value)
    }
    if (isSecure(config)) context.res.headers.set('strict-transport-security', HSTS)
    if (API.test(context.req.path) && !context.res.headers.has('cache-control'))
      context.res.headers.set('cache-control', 'no-store')
    deps.telemetry.time('http_request_seconds', (performance.now() - began) / 1_000, {
      method: context.req.method,
      route: context.get('route') ?? 'other',
      status: `${Math.floor(context.res.status / 100)}xx`,
    })
  })

  app.onError((error, context) => {
    deps.telemetry.log('error', 'A request failed', {
      method: context.req.method,
      route: context.get('route') ?? 'other',
      error: error.stack ?? String(error),
    })
    return problemToResponse(problem(500, 'internal', 'Something broke here; the log of the platform says what.'))
  })

  for (const it of operations) for (const path of pathsOf(it.path)) addRoute(path, it)
  for (const [path, allow] of allowed()) {
    app.all(path, (context) => {
      if (context.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
      const detail = `${context.req.method} is not for this address; it takes ${allow}.`
      return problemToResponse(problem(405, 'method_not_allowed', detail, { headers: { allow } }))
    })
  }
  app.notFound(async (context) => (await consoleResponse(context)) ?? problemToResponse(NOT_FOUND))
  return app

  function addRoute(path: string, it: Operation): void {
    app.on(it.method.toUpperCase(), pattern(path), async (context) => {
      context.set('route', it.path)
      // Addresses that the console also uses for its pages.
      if (path.startsWith('/tasks') && wantsPage(context)) {
        const page = await files.page()
        if (page !== null) return page
      }
      const answer = await it.answer({
        deps,
        config,
        check,
        request: context.req.raw,
        url: new URL(context.req.url),
        params: context.req.param() as Record<string, string>,
        remoteAddress: context.env.incoming.socket.remoteAddress ?? null,
      })
      return isProblem(answer) ? problemToResponse(answer) : answer
    })
  }

  function allowed(): ReadonlyMap<string, string> {
    const methods = new Map<string, string>([['/openapi.json', 'GET, HEAD']])
    app.get('/openapi.json', async () => json(openApiDocument((await deps.platform()).version)))
    for (const it of operations) {
      const own = it.method === 'get' ? 'GET, HEAD' : it.method.toUpperCase()
      for (const path of pathsOf(it.path)) {
        const known = methods.get(pattern(path))
        methods.set(pattern(path), known === undefined ? own : `${known}, ${own}`)
      }
    }
    return methods
  }

  async function consoleResponse(context: Context<Env>): Promise<Response | null> {
    const { method, path } = context.req
    if (method !== 'GET' && method !== 'HEAD') return null
    if (path === '/') return files.page()
    const file = await files.file(path)
    if (file !== null) return file
    return wantsPage(context) && !API.test(path) ? files.page() : null
  }
}

function wantsPage(context: Context<Env>): boolean {
  return context.req.method === 'GET' && (context.req.header('accept') ?? '').includes('text/html')
}

/** `/v1/tasks/{task_id}` -> `/v1/tasks/:task_id`. */
function pattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
