// Answers whether the bot is well: a container or a monitor asks.
import { createServer } from 'node:http'
import type { Server } from 'node:http'

export function createHealthServer(isWell: () => boolean): Server {
  return createServer(({ url }, response) => {
    const status = url !== '/healthz' ? 404 : isWell() ? 200 : 503
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }))
  })
}
