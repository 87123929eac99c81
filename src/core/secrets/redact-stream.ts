// Takes secrets out of output that comes in pieces: one may be cut anywhere, so what could be the beginning of one is held back.
import type { SecretScanner } from '../ports/secret-scanner.ts'
import type { SecretFinding } from '../vocabulary/secret.ts'
import { redact } from './redact.ts'

export type RedactedStream = {
  /** Never throws and never waits. Pieces come out in their order, in lines as far as possible. */
  readonly push: (piece: string) => void
  /** Lets out what was held back; resolves when everything is. */
  readonly end: () => Promise<void>
}

/** Of one line without an end: what lies further back can be no part of a secret that still grows. */
const LONGEST_LINE = 16_000
const HELD_OF_LINE = 8_000
/** Of a key of many lines: longer ones are none. */
const LONGEST_KEY = 20_000
const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----/g
const KEY_ENDS = '-----END '

/** `clean` takes out what is not shown, such as escape sequences: a secret may not hide behind it. */
export function redactStream(
  scanner: SecretScanner,
  emit: (text: string, findings: readonly SecretFinding[]) => void,
  clean: (text: string) => string = (text) => text,
): RedactedStream {
  let held = ''
  let work: Promise<void> = Promise.resolve()

  async function letOut(text: string): Promise<void> {
    const shown = await redact(scanner, clean(text))
    if (shown.text !== '') emit(shown.text, shown.findings)
  }

  return {
    push: (piece) => {
      held += piece
      const length = whatIsWhole(held)
      if (length === 0) return
      const whole = held.slice(0, length)
      held = held.slice(length)
      work = work.then(() => letOut(whole))
    },
    end: () => {
      const last = held
      held = ''
      work = work.then(() => (last === '' ? undefined : letOut(last)))
      return work
    },
  }
}

/** How much of the text can go: up to the end of its last line, but nothing of a key whose end is still to come. */
function whatIsWhole(text: string): number {
  const lineEnd = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
  const isTooLong = text.length - lineEnd > LONGEST_LINE
  const whole = isTooLong ? text.length - HELD_OF_LINE : lineEnd
  const begin = [...text.matchAll(KEY_BEGINS)].at(-1)?.index ?? -1
  if (begin === -1 || begin >= whole || text.length - begin > LONGEST_KEY) return whole
  const end = text.indexOf(KEY_ENDS, begin)
  return end === -1 || end >= whole ? begin : whole
}
