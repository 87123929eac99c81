// Tells open pages that something happened (server-sent events); what happened they ask for themselves.
import type { ServerResponse } from 'node:http'
import type { World } from '../world/world.ts'

const PAUSE_MS = 40
const BEAT_MS = 15_000

/** Many events at once become one line. A comment now and then keeps proxies from closing the stream. */
export function openLiveStream(world: World, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write('retry: 1000\n\n')
  let timer: NodeJS.Timeout | null = null
  const tell = (): void => {
    timer ??= setTimeout(() => {
      timer = null
      response.write('data: changed\n\n')
    }, PAUSE_MS)
  }
  const unsubscribe = world.subscribe((event) => {
    if (event.type !== 'call') tell()
  })
  const beat = setInterval(() => response.write(': still here\n\n'), BEAT_MS)
  response.on('close', () => {
    unsubscribe()
    clearInterval(beat)
    if (timer !== null) clearTimeout(timer)
  })
}
