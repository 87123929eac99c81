// A Bot API on this machine: hands the bot what a test says, and notes every call.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Looks like one, and is nobody's. */
export const TOKEN = [123456, 'for-tests'].join(':')

type Call = { readonly method: string; readonly body: Record<string, unknown> }

export async function startFakeTelegram() {
  const calls: Call[] = []
  const updates: { readonly update_id: number }[] = []
  let wake = () => {}
  let nextId = 1

  async function answer(method: string, body: Record<string, unknown>): Promise<unknown> {
    if (method === 'getMe') return { id: 123456, is_bot: true, first_name: 'Test', username: 'test_bot' }
    if (method !== 'getUpdates')
      return method === 'sendMessage' ? { message_id: nextId++, date: 0, chat: chat(Number(body['chat_id'])) } : true
    const offset = Number(body['offset'] ?? 0)
    const waiting = () => updates.filter(({ update_id: id }) => id >= offset)
    if (waiting().length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, 1_000).unref()
      })
    }
    return waiting()
  }

  const server = createServer(async (request, response) => {
    const method = request.url?.split('/').at(-1) ?? ''
    let text = ''
    for await (const part of request) text += part
    const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
    if (method !== 'getUpdates') calls.push({ method, body })
    const result = await answer(method, body)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, result }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  function push(update: object): void {
    updates.push({ update_id: nextId++, ...update })
    wake()
  }

  return {
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    /** Somebody writes in a chat. */
    write: (chatId: number, text: string) => {
      const command = /^\/\w+/.exec(text)
      const entities =
        command === null ? {} : { entities: [{ type: 'bot_command', offset: 0, length: command[0].length }] }
      push({ message: { message_id: nextId++, date: 0, from: person, chat: chat(chatId), text, ...entities } })
    },
    /** Somebody taps a button. */
    tap: (chatId: number, data: string) => {
      const message = { message_id: 1, date: 0, chat: chat(chatId), text: 'the list' }
      push({ callback_query: { id: String(nextId++), from: person, chat_instance: 'c', data, message } })
    },
    /** Resolves with the first call of the method that the bot makes from now on. Throws when none comes within five seconds. */
    next: async (method: string): Promise<Call['body']> => {
      const from = calls.length
      for (let tries = 0; tries < 1_000; tries += 1) {
        const found = calls.slice(from).find((call) => call.method === method)
        if (found !== undefined) return found.body
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      throw new Error(`The bot did not call ${method}`)
    },
    close: () => {
      wake()
      server.closeAllConnections()
      server.close()
    },
  }
}

const person = { id: 7, is_bot: false, first_name: 'Ada' }

function chat(id: number) {
  return { id, type: 'private', first_name: 'Ada' }
}
