// Puts together what a command printed, from the live pieces and the tails that a runner sends, within the bounds that
// were asked for whatever the runner says.
import { StringDecoder } from 'node:string_decoder'
import type { StreamName } from './runner/protocol.ts'

export type CommandOutput = {
  /** Throws when there is more than was agreed on. */
  readonly live: (stream: StreamName, data: string) => void
  readonly tail: (stream: StreamName, data: string) => void
  /** The text within the cap, and how many bytes are missing from its middle. */
  readonly finish: (stream: StreamName, totalBytes: number) => { readonly text: string; readonly missing: number }
}

const ROOM_FOR_MARK = 64

/** `onText` gets both streams as they come, never half a character. */
export function createCommandOutput(maxBytes: number, onText: (text: string) => void): CommandOutput {
  const streams = { stdout: createStream(maxBytes, onText), stderr: createStream(maxBytes, onText) }
  return {
    live: (stream, data) => streams[stream].live(data),
    tail: (stream, data) => streams[stream].tail(data),
    finish: (stream, totalBytes) => streams[stream].finish(totalBytes),
  }
}

function createStream(maxBytes: number, onText: (text: string) => void) {
  const decoder = new StringDecoder('utf8')
  const live: Buffer[] = []
  const tail: Buffer[] = []
  let liveBytes = 0
  let tailBytes = 0
  return {
    live: (data: string) => {
      const bytes = Buffer.from(data, 'base64')
      liveBytes += bytes.length
      if (liveBytes > maxBytes) throw new RangeError('too much output')
      live.push(bytes)
      const text = decoder.write(bytes)
      if (text !== '') onText(text)
    },
    tail: (data: string) => {
      const bytes = Buffer.from(data, 'base64')
      tailBytes += bytes.length
      if (tailBytes > maxBytes) throw new RangeError('too much output')
      tail.push(bytes)
    },
    finish: (totalBytes: number) => {
      const start = Buffer.concat(live)
      if (totalBytes <= maxBytes) return { text: start.toString('utf8'), missing: 0 }
      const room = Math.floor(Math.max(0, maxBytes - (maxBytes > 2 * ROOM_FOR_MARK ? ROOM_FOR_MARK : 0)) / 2)
      const head = start.subarray(0, room)
      const end = Buffer.concat(tail)
      const last = end.subarray(Math.max(0, end.length - room))
      const missing = totalBytes - head.length - last.length
      const mark = maxBytes > 2 * ROOM_FOR_MARK ? `\n[… ${missing} bytes left out …]\n` : ''
      return { text: head.toString('utf8') + mark + last.toString('utf8'), missing }
    },
  }
}
