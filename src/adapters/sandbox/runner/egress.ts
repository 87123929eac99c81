// The way out as programs know it: a proxy on a port of their own loopback, each connection to which is piped to the socket
// that the host answers on.
import net from 'node:net'

const PORT = 3128

/** Resolves when it listens. */
export function forwardEgress(socketPath: string): Promise<void> {
  // pauseOnConnect: nothing of a request may be read before there is a place to pipe it to.
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (program) => {
    const outside = net.connect({ path: socketPath, allowHalfOpen: true })
    program.on('error', () => outside.destroy())
    outside.on('error', () => program.destroy())
    program.on('close', () => outside.destroySoon())
    outside.on('close', () => program.destroySoon())
    program.pipe(outside)
    outside.pipe(program)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: PORT, backlog: 511 }, resolve)
  })
}
