// What comes out of a parser, and how much of a file may become text.
export type Parsed =
  | {
      readonly type: 'read'
      readonly text: string
      readonly about: Readonly<Record<string, string | number>>
      /** The format, e.g. `pdf`. */
      readonly format: string
      readonly truncated: boolean
    }
  /** Its pages have no text, only pictures. */
  | { readonly type: 'pictures'; readonly pages: number }
  | { readonly type: 'unsupported'; readonly hint: string }
  | { readonly type: 'failed'; readonly reason: string }

export const TEXT_LIMIT = 100_000
/** Of a file inside an archive, unpacked. */
export const ENTRY_LIMIT = 40_000_000
/** Of all that is unpacked of one archive. */
export const UNPACKED_LIMIT = 80_000_000
/** Honest documents shrink to a fiftieth at the best; bombs to a thousandth. */
export const RATIO_LIMIT = 250
export const LISTED_ENTRIES = 300

/** Collects text up to the limit; `full` says that the rest need not be looked at. */
export type TextSink = {
  readonly add: (text: string) => void
  readonly full: () => boolean
  readonly text: () => string
}

export function createTextSink(limit = TEXT_LIMIT): TextSink {
  const parts: string[] = []
  let length = 0
  return {
    add: (text) => {
      if (length > limit || text === '') return
      parts.push(text)
      length += text.length
    },
    full: () => length > limit,
    text: () => parts.join('').slice(0, limit),
  }
}

/** A name from inside a file on one line: it can neither forge a line of a list nor colour a terminal. */
export function shownName(name: string): string {
  const plain = name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu, '\ufffd')
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain
}

export function shownSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`
  return `${Math.round(bytes / 100_000) / 10} MB`
}
