// Reads what a runner says. Whatever is inside the sandbox may have taken the runner's place, so a line that is too long
// or not what was agreed on is never more than garbage.
import { z } from 'zod'
import type { RunnerReply } from './runner/protocol.ts'

const LONGEST_LINE = 512 * 1024

const id = z.int().nonnegative()
const count = z.int().nonnegative()
const base64 = z.string().max(70_000)
const stream = z.enum(['stdout', 'stderr'])
const signal = z.string().max(20).nullable()
const exitCode = z.int().nullable()
const served = z.string().max(16_000)

const reply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('filtered') }),
  z.strictObject({ type: z.literal('disk'), bytes: count }),
  z.strictObject({ type: z.literal('output'), id, stream, data: base64 }),
  z.strictObject({ type: z.literal('tail'), id, stream, data: base64 }),
  z.strictObject({
    type: z.literal('exit'),
    id,
    exitCode,
    signal,
    timedOut: z.boolean(),
    stdoutBytes: count,
    stderrBytes: count,
    durationMs: count,
  }),
  z.strictObject({ type: z.literal('listening'), id, processId: z.string().max(40), output: served }),
  z.strictObject({
    type: z.literal('not-listening'),
    id,
    exitCode,
    signal,
    output: served,
    reason: z.string().max(1_000),
  }),
  z.strictObject({ type: z.literal('data'), id, data: base64 }),
  z.strictObject({
    type: z.literal('entries'),
    id,
    entries: z
      .array(
        z.strictObject({
          path: z.string().max(4_200),
          type: z.enum(['file', 'directory', 'link']),
          bytes: count,
        }),
      )
      .max(200),
  }),
  z.strictObject({ type: z.literal('done'), id }),
  z.strictObject({
    type: z.literal('refused'),
    id,
    reason: z.enum(['not_found', 'not_a_file', 'too_large', 'outside_workspace', 'no_space', 'denied']),
  }),
  z.strictObject({ type: z.literal('broken'), id, message: z.string().max(10_000) }),
])

/**
 * Splits bytes into replies. Calls `onGarbage` with a sentence at the first line that is none, and nothing more after it.
 * Holds at most one line in memory.
 */
export function createReplyReader(
  onReply: (reply: RunnerReply) => void,
  onGarbage: (problem: string) => void,
): (bytes: Buffer) => void {
  let pieces: Buffer[] = []
  let held = 0
  let spoilt = false

  function spoil(problem: string): void {
    spoilt = true
    pieces = []
    onGarbage(problem)
  }

  return (bytes) => {
    let from = 0
    while (!spoilt) {
      const end = bytes.indexOf(10, from)
      const piece = bytes.subarray(from, end === -1 ? bytes.length : end)
      held += piece.length
      if (held > LONGEST_LINE) return spoil('the runner sent a line that is too long')
      if (end === -1) {
        if (piece.length > 0) pieces.push(piece)
        return
      }
      const line = Buffer.concat([...pieces, piece]).toString('utf8')
      pieces = []
      held = 0
      from = end + 1
      const parsed = reply.safeParse(jsonOrNull(line))
      if (parsed.success) onReply(parsed.data)
      else spoil('the runner sent something that is no reply')
    }
  }
}

function jsonOrNull(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
