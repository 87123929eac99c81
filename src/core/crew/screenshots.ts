// How finished work looks: its preview in a browser inside its own sandbox, on a desktop and on a phone.
import { z } from 'zod'
import type { Sandbox } from '../ports/sandbox.ts'
import type { Screenshot } from '../evidence/report.ts'
import { SCREENSHOT_COMMAND, SHOT_MS, SHOT_PORTS, VIEWS } from './screenshot-script.ts'

export type Screenshots = {
  readonly shots: readonly (Screenshot & { readonly png: Uint8Array })[]
  /** Why there are none, one sentence; null where there are. */
  readonly skipped: string | null
  /** What the page itself complained of; untrusted. */
  readonly errors: readonly string[]
}

const LOOK_MS = 30_000
const OUTPUT_BYTES = 24_000_000
const PICTURE_BYTES = 8_000_000

const lookSchema = z.object({
  skipped: z.string().max(1_000).optional(),
  shots: z.record(z.string(), z.string()).default({}),
  errors: z.array(z.string().max(2_000)).max(50).default([]),
})

/**
 * Takes them of the first of `ports`, the newest first, that answers with a page. What comes out of the sandbox is taken for a picture only
 * when it is a PNG of exactly the size that was asked for. Bounded in time; no browser is left behind. Throws SandboxGone.
 */
export async function takeScreenshots(
  sandbox: Sandbox,
  ports: readonly number[],
  signal: AbortSignal,
  lookMs = LOOK_MS,
): Promise<Screenshots> {
  if (ports.length === 0) return none('Nothing is served that could be looked at.')
  const env = { [SHOT_PORTS]: ports.toReversed().join(' '), [SHOT_MS]: String(lookMs) }
  const command = {
    command: SCREENSHOT_COMMAND,
    cwd: '.',
    env,
    timeoutMs: lookMs + 15_000,
    maxOutputBytes: OUTPUT_BYTES,
  }
  const ran = await sandbox.exec(command, signal)
  if (ran.timedOut) return none('The page was not ready to be looked at in time.')
  const look = parseLook(ran.stdout)
  if (look === null) return none('The browser gave no picture.')
  if (look.skipped !== undefined) return none(look.skipped)
  const shots = VIEWS.flatMap(({ view, width: wide, height: high, scale }) => {
    const png = bytesOf(look.shots[view] ?? '')
    const [width, height] = [wide * scale, high * scale]
    return isPng(png, width, height) ? [{ view, width, height, name: `preview-${view}.png`, png }] : []
  })
  return shots.length === 0 ? none('The browser gave no picture.') : { shots, skipped: null, errors: look.errors }
}

function none(skipped: string): Screenshots {
  return { shots: [], skipped, errors: [] }
}

function parseLook(stdout: string): z.output<typeof lookSchema> | null {
  try {
    return lookSchema.safeParse(JSON.parse(stdout)).data ?? null
  } catch {
    return null
  }
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const HEADER = [...SIGNATURE, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
const END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]

/** A PNG of this size, from its signature to its end, and not too large. Whether every pixel of it can be read is its viewer's matter. */
export function isPng(bytes: Uint8Array, width: number, height: number): boolean {
  if (bytes.length < HEADER.length + 21 + END.length || bytes.length > PICTURE_BYTES) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const begins = HEADER.every((byte, at) => bytes[at] === byte)
  const ends = END.every((byte, at) => bytes[bytes.length - END.length + at] === byte)
  return begins && ends && view.getUint32(16) === width && view.getUint32(20) === height
}
