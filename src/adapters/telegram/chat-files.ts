// Files that people sent to a bot, fetched from Telegram, which gives them out for an hour and up to 20 MB.
import { GrammyError } from 'grammy'
import type { ChatFiles, FetchedFile } from '../../core/ports/chat-files.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { abortable } from './api.ts'
import type { TelegramApi } from './api.ts'
import { parseFileRef } from './file-ref.ts'
import { createTurns } from './turns.ts'

export type TelegramChatFilesDeps = {
  /** Null for a bot that is none of ours. */
  readonly account: (bot: BotId) => { readonly api: TelegramApi; readonly token: string } | null
  /** E.g. `https://api.telegram.org`. */
  readonly apiRoot: string
  /** How long one file may take. */
  readonly timeoutMs: number
  /** Ends what is being fetched. */
  readonly signal: AbortSignal
}

const LIMIT_BYTES = 20 * 1024 * 1024
/** Each is held in memory as a whole. */
const AT_ONCE = 4
const TOO_BIG: FetchedFile = { type: 'too_big', limitBytes: LIMIT_BYTES }

export function createTelegramChatFiles(deps: TelegramChatFilesDeps): ChatFiles {
  const turns = createTurns(AT_ONCE)

  async function fetchFile(bot: BotId, ref: string): Promise<FetchedFile> {
    const { fileId, bytes } = parseFileRef(ref)
    if (bytes !== null && bytes > LIMIT_BYTES) return TOO_BIG
    const account = deps.account(bot)
    if (account === null) throw new Error(`Bot ${bot} is not run here.`)
    const signal = AbortSignal.any([AbortSignal.timeout(deps.timeoutMs), deps.signal])
    const path = await findPath(account.api, fileId, signal)
    if (typeof path !== 'string') return path
    const root = deps.apiRoot.replace(/\/+$/, '')
    return download(`${root}/file/bot${account.token}/${safePath(path)}`, signal)
  }

  return {
    fetch: async (bot, ref) => {
      const release = await turns.take(bot)
      try {
        return await fetchFile(bot, ref)
      } finally {
        release()
      }
    },
  }
}

async function findPath(api: TelegramApi, fileId: string, signal: AbortSignal): Promise<string | FetchedFile> {
  try {
    const file = await api.raw.getFile({ file_id: fileId }, abortable(signal))
    if (file.file_size !== undefined && file.file_size > LIMIT_BYTES) return TOO_BIG
    if (file.file_path === undefined) return { type: 'gone' }
    return file.file_path
  } catch (error) {
    if (error instanceof GrammyError && error.error_code === 400) {
      return /too big/i.test(error.description) ? TOO_BIG : { type: 'gone' }
    }
    throw new Error('Telegram did not say where a file is', { cause: error })
  }
}

/** Its segments, each as it may stand in an address. A path that leads elsewhere is no answer of Telegram. */
function safePath(path: string): string {
  const segments = path.split('/')
  const odd = segments.some(
    (segment) => segment === '' || segment === '.' || segment === '..' || /[\\\0]/.test(segment),
  )
  if (odd) throw new Error('Telegram named a path that is none')
  return segments.map(encodeURIComponent).join('/')
}

/** The address holds the token: no error may hold the address. */
async function download(address: string, signal: AbortSignal): Promise<FetchedFile> {
  const response = await fetch(address, { signal, redirect: 'error' }).catch((error: unknown) => {
    throw new Error(`A file could not be fetched from Telegram: ${causeOf(error)}`)
  })
  if (response.status === 404) {
    await response.body?.cancel()
    return { type: 'gone' }
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new Error(`Telegram answered ${response.status} instead of a file`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body) {
      size += chunk.length
      // Leaving the loop ends the transfer.
      if (size > LIMIT_BYTES) return TOO_BIG
      chunks.push(chunk)
    }
  } catch (error) {
    throw new Error(`A file from Telegram broke off: ${causeOf(error)}`, { cause: error })
  }
  // Connections that close early end a body of unknown length without a word.
  const told = Number(response.headers.get('content-length') ?? size)
  if (told !== size && response.headers.get('content-encoding') === null) {
    throw new Error('A file from Telegram came incomplete')
  }
  return { type: 'fetched', bytes: Buffer.concat(chunks) }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof Error ? error.cause.message : error.name
}
