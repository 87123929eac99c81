// The small page on which anyone plays the people of this world: static files, a few JSON routes, and a live stream.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { World } from '../world/world.ts'
import { createPlayers } from './players.ts'
import type { Players } from './players.ts'
import { findAsset } from './assets.ts'
import { openLiveStream } from './live-stream.ts'

export type Page = {
  /** False for paths that are none of the page's. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly close: () => void
}

/**
 * Whoever reaches the page may do everything: it is for one machine. Foreign origins and foreign host names are
 * refused, so that no other site in the same browser can use it. `person` is who is there from the start.
 */
export function createPage(options: { readonly world: World; readonly person?: string }): Page {
  const { world } = options
  const players = createPlayers(world, options.person ?? 'Ada')
  return {
    handle: (request, response) => {
      const [pathname = ''] = (request.url ?? '/').split('?')
      if (!/^\/(?:api\/\w+|[\w-]+\.(?:html|css|js|svg))?$/.test(pathname)) return false
      answer(world, players, request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy()
        else reply(response, 400, { error: error instanceof Error ? error.message : String(error) })
      })
      return true
    },
    close: () => players.close(),
  }
}

const LARGEST_BODY = 60 * 1024 * 1024

async function answer(
  world: World,
  players: Players,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://page')
  const route = `${request.method} ${url.pathname}`
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  if (!isOwn(request)) {
    reply(response, 403, { error: 'this page answers its own origin only' })
    return
  }
  const asset = request.method === 'GET' ? await findAsset(url.pathname) : null
  if (asset !== null) {
    response.writeHead(200, asset.headers).end(asset.bytes)
    return
  }
  switch (route) {
    case 'GET /api/live':
      openLiveStream(world, response)
      return
    case 'GET /api/people':
      reply(response, 200, players.list())
      return
    case 'GET /api/chats':
      reply(response, 200, players.chats(numberOf(url, 'as')))
      return
    case 'GET /api/chat':
      reply(response, 200, players.chat(numberOf(url, 'as'), numberOf(url, 'to')))
      return
    case 'GET /api/file': {
      const file = players.file(url.searchParams.get('id') ?? '')
      response.writeHead(200, file.headers).end(file.bytes)
      return
    }
    case 'POST /api/do':
      reply(response, 200, await players.act(JSON.parse((await body(request)).toString('utf8'))))
      return
    case 'POST /api/upload':
      reply(response, 200, await players.upload(url.searchParams, await body(request)))
      return
    default:
      reply(response, 404, { error: 'not here' })
  }
}

/** A name that resolves to this machine by somebody else's will (DNS rebinding) is no name of this page. */
function isOwn(request: IncomingMessage): boolean {
  const host = request.headers.host ?? ''
  const isNamed = /^(?:localhost|\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\])(?::\d+)?$/i.test(host)
  const origin = request.headers.origin
  const sameOrigin = origin === undefined || origin === `http://${host}`
  const site = request.headers['sec-fetch-site']
  const fromElsewhere = request.method === 'POST' && (site === 'cross-site' || request.headers['x-page'] !== '1')
  return isNamed && sameOrigin && !fromElsewhere
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > LARGEST_BODY) throw new Error('that is too large')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function numberOf(url: URL, name: string): number {
  const value = Number(url.searchParams.get(name))
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a number`)
  return value
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value ?? null))
}
