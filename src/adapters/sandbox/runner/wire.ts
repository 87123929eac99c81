// The runner's end of the control channel: requests in, replies out, one JSON object a line.
import net from 'node:net'
import type { RunnerReply, RunnerRequest } from './protocol.ts'

const CONTROL_FD = 3

export type Wire = {
  /** False when the host is slow to read: whoever produces output should wait for `drained`. */
  readonly send: (reply: RunnerReply) => boolean
  readonly drained: () => Promise<void>
}

/** Calls `handle` for every request, in order. The runner ends with its host, and everything in the sandbox with it. */
export function openWire(handle: (request: RunnerRequest) => void): Wire {
  const socket = new net.Socket({ fd: CONTROL_FD, readable: true, writable: true })
  let pieces: string[] = []
  let waiting: Promise<void> | null = null
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const lines = text.split('\n')
    for (const line of lines.slice(0, -1)) {
      pieces.push(line)
      const whole = pieces.join('')
      pieces = []
      handle(JSON.parse(whole))
    }
    pieces.push(lines.at(-1) ?? '')
  })
  socket.on('error', end)
  socket.on('close', end)
  return {
    send: (reply) => socket.write(`${JSON.stringify(reply)}\n`),
    drained: () => {
      if (!socket.writableNeedDrain) return Promise.resolve()
      waiting ??= new Promise((resolve) => {
        socket.once('drain', () => {
          waiting = null
          resolve()
        })
      })
      return waiting
    },
  }
}

/** Nothing in the sandbox outlives its host's interest in it: with the runner bubblewrap ends, and kills the rest. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}
