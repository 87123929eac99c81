// Finds values that must never be shown, in the forms in which they get out: as they are, encoded, escaped, or a line of them.
import { KNOWN_SECRET } from '../../core/vocabulary/secret.ts'
import type { SecretFinding } from '../../core/vocabulary/secret.ts'

export type KnownValues = {
  readonly find: (text: string) => readonly SecretFinding[]
  /** The longest form, in characters. */
  readonly longest: number
}

/** Shorter ones are words. */
const SHORTEST = 8

/** Searching is a walk over the text for each form: some hundred of them are no matter. */
export function createKnownValues(values: readonly string[]): KnownValues {
  const forms = [...new Set(values.filter(({ length }) => length >= SHORTEST).flatMap(formsOf))]
  return {
    longest: forms.reduce((most, { length }) => Math.max(most, length), 0),
    find: (text) => forms.flatMap((form) => occurrences(text, form)),
  }
}

function occurrences(text: string, form: string): SecretFinding[] {
  const found: SecretFinding[] = []
  for (let start = text.indexOf(form); start !== -1; start = text.indexOf(form, start + form.length)) {
    found.push({ rule: KNOWN_SECRET, start, end: start + form.length })
  }
  return found
}

function formsOf(value: string): readonly string[] {
  const trimmed = value.trim()
  // A key of many lines is shown line by line by whoever indents or numbers it; its first and last are the same for all.
  const lines = trimmed.includes('\n') ? trimmed.split('\n').map((line) => line.trim()) : []
  const whole = [value, trimmed].flatMap((text) => [
    text,
    encodeURIComponent(text),
    new URLSearchParams({ '': text }).toString().slice(1),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('hex'),
    ...inBase64(Buffer.from(text)),
  ])
  return [...whole, ...lines.filter((line) => line.length >= 16 && !line.startsWith('-----'))].filter(
    ({ length }) => length >= SHORTEST,
  )
}

/** Wherever in an encoded text it stands, it begins at one of three offsets; what its neighbours have a part in is left out. */
function inBase64(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const from = before === 0 ? 0 : before + 1
    const whole = Math.floor(((before + bytes.length) * 8) / 6)
    const inner = encoded.slice(from, whole)
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
