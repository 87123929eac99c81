// A port for a process that has to come back under the same address, such as one that webhooks are brought to.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
