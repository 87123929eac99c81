// One task's log over a WebSocket: each frame is one event, from any number on, at the pace of the reader.
import type { WebSocket } from 'ws'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import type { HttpDeps } from './deps.ts'
import { eventToWire } from './wire.ts'

/** This much may wait for a slow reader before the log is read no further for them. */
const MAX_BUFFERED = 256 * 1024

/**
 * Sends every event after `after`, in order, none left out and none twice. Resolves when the task is over and all of
 * its events were sent, or when `signal` aborts.
 */
export async function sendEvents(
  deps: Pick<HttpDeps, 'followLog'>,
  taskId: TaskId,
  after: number,
  socket: WebSocket,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of deps.followLog(taskId, after, signal)) {
    if (signal.aborted) return
    await send(socket, eventToWire(event))
  }
}

/** Resolves at once while the reader keeps up, otherwise when this frame has left. A closed socket takes everything. */
export function send(socket: WebSocket, value: object): Promise<void> {
  const frame = JSON.stringify(value)
  if (socket.bufferedAmount < MAX_BUFFERED) {
    // ws reports a closed socket here; the close event ends the stream.
    socket.send(frame, () => undefined)
    return Promise.resolve()
  }
  return new Promise((resolve) => socket.send(frame, () => resolve()))
}
