// The text being written, kept across reloads, with the key that makes sending it twice the same as sending it once.
import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'

const PLACE = 'factotum.draft'

export type Draft = {
  readonly text: ReadonlySignal<string>
  readonly write: (text: string) => void
  /** The idempotency key of the present text. */
  readonly key: () => string
  readonly clear: () => void
}

export function createDraft(): Draft {
  const stored = read()
  const text = signal(stored.text)
  let sent = stored.sent

  const save = () => {
    try {
      if (text.value === '' && sent === null) localStorage.removeItem(PLACE)
      else localStorage.setItem(PLACE, JSON.stringify({ text: text.value, sent }))
    } catch {
      // A browser that keeps nothing (private mode, full disk) still sends.
    }
  }
  return {
    text,
    write: (value) => {
      text.value = value
      save()
    },
    key: () => {
      if (sent === null || sent.text !== text.value) sent = { text: text.value, key: newKey() }
      save()
      return sent.key
    },
    clear: () => {
      text.value = ''
      sent = null
      save()
    },
  }
}

type Stored = { readonly text: string; readonly sent: { readonly text: string; readonly key: string } | null }

function read(): Stored {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '')
    if (typeof stored === 'object' && stored !== null && 'text' in stored && typeof stored.text === 'string') {
      return stored as Stored
    }
  } catch {
    // Nothing kept, or nothing readable.
  }
  return { text: '', sent: null }
}

/** Over plain HTTP on another host than this machine, browsers offer no randomUUID. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
