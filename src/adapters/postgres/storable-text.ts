// What text has to be so that PostgreSQL takes it: without U+0000 and without halves of surrogate pairs. Both become
// U+FFFD, the replacement character, in texts and anywhere inside JSON; everything else is kept exactly.

const REPLACEMENT = '\u{FFFD}'

export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', REPLACEMENT).toWellFormed() : text.toWellFormed()
}

/** The value as JSON text. Undefined members are left out, as JSON has none. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  // JSON.stringify writes both as escapes, so most texts are settled by one search. A doubled backslash before the
  // escape is a literal one and is left alone, which is why the match takes the backslashes in pairs.
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json
  return json.replace(/\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g, (escape) =>
    /^\\u(?:0000|d[89a-f])/.test(escape) ? REPLACEMENT : escape,
  )
}

/** Undefined and null both become SQL's null. */
export function storableJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : storableJson(value)
}

/** Undefined and null both become SQL's null. */
export function storableTextOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : storableText(text)
}
