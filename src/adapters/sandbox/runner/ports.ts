// Ways in from the host: connections accepted on a socket that the host made are piped to a port inside.
import net from 'node:net'

const HOSTS = ['127.0.0.1', '::1'] as const

export type Ports = {
  /** From now on connections to the socket in `slot` lead to `port`. Opening the same slot again changes nothing. */
  readonly open: (slot: number, port: number) => Promise<void>
}

export function createPorts(sockets: readonly number[]): Ports {
  const opened = new Set<number>()
  return {
    open: (slot, port) =>
      new Promise((resolve, reject) => {
        const fd = sockets[slot]
        if (fd === undefined) return reject(new Error(`there is no socket ${slot}`))
        if (opened.has(slot)) return resolve()
        opened.add(slot)
        // pauseOnConnect: nothing of the request may be read before there is a place to pipe it to.
        const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (outside) =>
          bridge(outside, port),
        )
        server.on('error', reject)
        server.listen({ fd }, resolve)
      }),
  }
}

/** Whether something inside listens on `port`. */
export async function canConnect(port: number): Promise<boolean> {
  const socket = await connectInside(port)
  socket?.destroy()
  return socket !== null
}

async function bridge(outside: net.Socket, port: number): Promise<void> {
  outside.on('error', () => outside.destroy())
  const inside = await connectInside(port)
  if (inside === null) {
    outside.destroy()
    return
  }
  inside.on('error', () => outside.destroy())
  outside.on('error', () => inside.destroy())
  inside.on('close', () => outside.destroySoon())
  outside.on('close', () => inside.destroySoon())
  outside.pipe(inside)
  inside.pipe(outside)
}

async function connectInside(port: number): Promise<net.Socket | null> {
  for (const host of HOSTS) {
    const socket = await connectTo(host, port)
    if (socket !== null) return socket
  }
  return null
}

function connectTo(host: string, port: number): Promise<net.Socket | null> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true })
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', () => {
      socket.destroy()
      resolve(null)
    })
  })
}
