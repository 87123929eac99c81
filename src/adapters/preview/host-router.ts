// Previews told apart by host name (`https://<id>.preview.example.com/`), answered by the main server: any process that
// reads the PreviewStore and reaches the sandbox's socket can do it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { PreviewId } from '../../core/vocabulary/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { PreviewRecord, PreviewStore } from '../../core/ports/preview-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { Forwarded } from './header-rules.ts'
import { endRaw, forwardRequest, forwardUpgrade, NO_PREVIEW, sendPage } from './proxy.ts'

export type HostRouter = {
  /** The pattern without a path, which is also how a content security policy names all of them. */
  readonly origin: string
  /** False when the host is no preview's: somebody else answers. */
  readonly handleHost: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly handleHostUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean
  /** Cuts what is open to this preview in this process. */
  readonly cut: (id: PreviewId) => void
}

export type HostRouterDeps = {
  readonly store: PreviewStore
  readonly clock: Clock
  readonly log: Telemetry['log']
}

const UNGUESSABLE = /^[a-z2-7]{16,64}$/
const MAX_TIMER_MS = 2 ** 31 - 1

/** `pattern` holds one `*` as its first label, e.g. `https://*.preview.example.com`. */
export function createHostRouter(deps: HostRouterDeps, pattern: string): HostRouter {
  const { suffix, proto } = parsePattern(pattern)
  const open = new Map<PreviewId, Set<{ destroy: () => void }>>()

  /** The first label under our suffix; null when the host is not under it. */
  function labelOf(request: IncomingMessage): string | null {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    return name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, -suffix.length) : null
  }

  async function find(label: string): Promise<PreviewRecord | null> {
    return UNGUESSABLE.test(label) ? deps.store.find(label as PreviewId, deps.clock.now()) : null
  }

  function forwarded(request: IncomingMessage): Forwarded {
    return { host: request.headers.host ?? '', proto, address: request.socket.remoteAddress ?? '' }
  }

  /** The connection ends with the preview, however busy it is. */
  function keep(record: PreviewRecord, connection: Duplex | ServerResponse): void {
    const kept = open.get(record.id) ?? new Set()
    open.set(record.id, kept)
    kept.add(connection)
    const left = record.expiresAt.getTime() - deps.clock.now().getTime()
    const expiry = setTimeout(() => connection.destroy(), Math.max(0, Math.min(left, MAX_TIMER_MS)))
    connection.on('close', () => {
      clearTimeout(expiry)
      kept.delete(connection)
      if (kept.size === 0) open.delete(record.id)
    })
  }

  async function answer(label: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = await find(label)
    if (record === null) return sendPage(response, 404, NO_PREVIEW)
    keep(record, response)
    const target = { socketPath: record.socketPath, path: pathOf(request) }
    forwardRequest(target, request, response, forwarded(request), rulesFor(record))
  }

  async function upgrade(label: string, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const record = await find(label)
    if (record === null) return endRaw(socket, 404, NO_PREVIEW)
    keep(record, socket)
    const target = { socketPath: record.socketPath, path: pathOf(request) }
    forwardUpgrade(target, request, socket, head, forwarded(request), rulesFor(record))
  }

  function failed(error: unknown, end: () => void): void {
    deps.log('error', 'A preview could not be looked up', { error: String(error) })
    end()
  }

  return {
    origin: pattern.replace(/\/$/, ''),
    handleHost: (request, response) => {
      const label = labelOf(request)
      if (label === null) return false
      answer(label, request, response).catch((error: unknown) => failed(error, () => response.destroy()))
      return true
    },
    handleHostUpgrade: (request, socket, head) => {
      const label = labelOf(request)
      if (label === null) return false
      socket.on('error', () => socket.destroy())
      upgrade(label, request, socket, head).catch((error: unknown) => failed(error, () => socket.destroy()))
      return true
    },
    cut: (id) => {
      for (const connection of open.get(id) ?? []) connection.destroy()
    },
  }
}

/** Throws where the pattern is none: a mistake in the configuration. */
function parsePattern(pattern: string): { readonly suffix: string; readonly proto: 'http' | 'https' } {
  const match = /^(https?):\/\/\*(\.[a-z0-9.-]+)(?::\d+)?\/?$/i.exec(pattern)
  const [, proto, suffix] = match ?? []
  if (suffix === undefined)
    throw new Error(`The preview URL must look like https://*.preview.example.com, not ${pattern}`)
  return { suffix: suffix.toLowerCase(), proto: proto?.toLowerCase() === 'https' ? 'https' : 'http' }
}

export function urlOf(pattern: string, id: PreviewId): string {
  return `${pattern.replace('*', id).replace(/\/$/, '')}/`
}

function rulesFor(record: PreviewRecord) {
  return { prefix: '', port: record.port, setCookie: null }
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/'
  return url.startsWith('/') ? url : '/'
}
