// A WebSocket that comes back: it reconnects with growing pauses, at once when the network or the tab returns.
import { waitBefore } from '../state/backoff.ts'

export type LinkState = 'connecting' | 'live' | 'reconnecting' | 'ended'

export type SocketDeps = {
  /** Asked for anew at each attempt, so that it can say where to go on. */
  readonly path: () => string
  readonly onText: (text: string) => void
  readonly onState: (state: LinkState) => void
  /** After an attempt that never opened. False stops trying. */
  readonly onFailure: () => Promise<boolean>
  /** After a connection that was open has closed. False stops. */
  readonly goesOn: () => boolean
}

export type Socket = {
  readonly close: () => void
  /** Drops the connection and connects again. */ readonly again: () => void
}

export function openSocket(deps: SocketDeps): Socket {
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let closed = false

  function connect(): void {
    clearTimeout(timer)
    if (closed) return
    const current = new WebSocket(new URL(deps.path(), location.href.replace(/^http/, 'ws')))
    let opened = false
    socket = current
    current.onopen = () => {
      opened = true
      deps.onState('live')
    }
    current.onmessage = (message) => {
      attempt = 0
      if (typeof message.data === 'string') deps.onText(message.data)
    }
    current.onclose = () => {
      if (socket !== current || closed) return
      socket = null
      if (opened && !deps.goesOn()) return end()
      deps.onState('reconnecting')
      if (opened) return later()
      void deps.onFailure().then((goOn) => (goOn ? later() : end()))
    }
  }

  function later(): void {
    if (closed) return
    clearTimeout(timer)
    timer = setTimeout(connect, waitBefore(attempt, Math.random()))
    attempt += 1
  }

  function end(): void {
    close()
    deps.onState('ended')
  }

  function wake(): void {
    if (closed || socket !== null || document.hidden) return
    attempt = 0
    connect()
  }

  function close(): void {
    closed = true
    clearTimeout(timer)
    removeEventListener('online', wake)
    document.removeEventListener('visibilitychange', wake)
    socket?.close()
    socket = null
  }

  addEventListener('online', wake)
  document.addEventListener('visibilitychange', wake)
  deps.onState('connecting')
  connect()
  return {
    close,
    again: () => {
      const current = socket
      socket = null
      current?.close()
      deps.onState('reconnecting')
      later()
    },
  }
}
