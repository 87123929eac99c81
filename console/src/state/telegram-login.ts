// Signing in with Telegram without any script of theirs: what stands in the address after `#`, and where to go to get it.
// Telegram's apps open a Mini App in a web view of their own. Its web client would show it in a frame, which the console's
// content security policy forbids to every page (frame-ancestors 'none'); there one signs in through the button instead.
import type { JsonObject } from '../../../src/core/vocabulary/json.ts'

/** What the server is shown: signed by Telegram, so it can be passed on as it is. */
export type TelegramProof = { readonly init_data: string } | { readonly widget: JsonObject }
export type TelegramAnswer =
  | { readonly type: 'proof'; readonly proof: TelegramProof }
  /** They came back without having agreed. */
  | { readonly type: 'declined' }

/** Null where the address is not one that Telegram made. */
export function readTelegramAnswer(hash: string): TelegramAnswer | null {
  const fields = new URLSearchParams(hash.replace(/^#\/?/, ''))
  const initData = fields.get('tgWebAppData')
  if (initData !== null && initData !== '') return { type: 'proof', proof: { init_data: initData } }
  const result = fields.get('tgAuthResult')
  if (result === null) return null
  const widget = decodeResult(result)
  return widget === null ? { type: 'declined' } : { type: 'proof', proof: { widget } }
}

/** Where a browser asks Telegram who it is. Telegram comes back to `origin` with the answer after `#`. */
export function telegramSignInUrl(botId: string, origin: string): string {
  const query = new URLSearchParams({
    bot_id: botId,
    origin,
    embed: '0',
    request_access: 'write',
    return_to: `${origin}/`,
  })
  return `https://oauth.telegram.org/auth?${query.toString()}`
}

/** Base64 in its form for addresses, of JSON; `false` means no. */
function decodeResult(text: string): JsonObject | null {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/').replaceAll(' ', '+'))
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null && 'hash' in value && 'id' in value
      ? (value as JsonObject)
      : null
  } catch {
    return null
  }
}
