// Makes text from models, files and strangers safe to print: nothing in it can move the cursor, hide or disguise itself.
import { lookAlikesIn, withoutDisguise } from '../../core/vocabulary/look-alikes.ts'
import { onOneLine, shorten } from '../../core/vocabulary/short-text.ts'

/** Bidirectional controls, zero-width and other invisible characters (Unicode TR36, TR39). */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]/g
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Control and invisible characters as escapes such as \u202e; tabs and line feeds stay. */
export function visible(text: string): string {
  return text.replace(CONTROL, escape).replace(INVISIBLE, escape)
}

/** What somebody is to approve: letters of other scripts in an ASCII word are escaped too; `lookAlikes` are those that stay. */
export function exact(text: string): { readonly shown: string; readonly lookAlikes: readonly string[] } {
  const shown = withoutDisguise(visible(text))
  return { shown, lookAlikes: lookAlikesIn(shown) }
}

/** As `visible`, on one line of at most `limit` characters. */
export function oneLine(text: string, limit = 160): string {
  return shorten(onOneLine(visible(text)), limit)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
