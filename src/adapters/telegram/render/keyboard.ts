// Buttons as Telegram's inline keyboard; what it would refuse as a button becomes a line of text.
import type { InlineKeyboardButton } from 'grammy/types'
import type { Button, Content } from '../../../core/vocabulary/post.ts'
import { cleanText, isVisible, shorten } from './clean-text.ts'
import { linkTarget } from './link-target.ts'

export type Keyboard = {
  readonly rows: InlineKeyboardButton[][]
  /** What has no button: label and address. */
  readonly lines: readonly { readonly label: string; readonly url: string }[]
}

/** Of Telegram: bytes of callback data, buttons of a row and in all. The length of a label is what phones show of it. */
const LIMITS = { data: 64, row: 8, all: 100, label: 40 } as const
const STYLES = { plain: {}, good: { style: 'success' }, danger: { style: 'danger' } } as const

/** `urls` false: a server refused a link of these as a button, so all of them become lines. */
export function buttonsToKeyboard(buttons: Content['buttons'], urls: boolean): Keyboard {
  const rows: InlineKeyboardButton[][] = []
  const lines: { label: string; url: string }[] = []
  let left: number = LIMITS.all
  for (const given of buttons) {
    const made: InlineKeyboardButton[] = []
    for (const button of given) {
      const key = left > 0 ? toKey(button, urls) : null
      if (key !== null) {
        made.push(key)
        left -= 1
      } else if (button.does.type === 'open') lines.push({ label: labelOf(button), url: cleanText(button.does.url) })
    }
    for (let at = 0; at < made.length; at += LIMITS.row) rows.push(made.slice(at, at + LIMITS.row))
  }
  return { rows, lines }
}

function toKey(button: Button, urls: boolean): InlineKeyboardButton | null {
  const look = { text: labelOf(button), ...STYLES[button.style] }
  if (button.does.type === 'act') {
    const bytes = Buffer.byteLength(button.does.action)
    // Ours never are; one that is cut would be a button that does nothing.
    if (bytes === 0 || bytes > LIMITS.data) throw new RangeError(`an action id of ${bytes} bytes fits no button`)
    return { ...look, callback_data: button.does.action }
  }
  const url = urls ? linkTarget(button.does.url) : null
  return url === null ? null : { ...look, url }
}

function labelOf(button: Button): string {
  const label = shorten(cleanText(button.label).replaceAll('\n', ' ').trim(), LIMITS.label)
  return isVisible(label) ? label : '…'
}
