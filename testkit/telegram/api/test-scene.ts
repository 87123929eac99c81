// A small world for the tests of method families: one bot, one person, one forum, and calls without HTTP.
import assert from 'node:assert/strict'
import type { Update } from '@grammyjs/types'
import { checkUpdate, createAnswerCheck } from '../schema/answer-check.ts'
import { BotApiError } from '../world/api-error.ts'
import { createClock } from '../world/clock.ts'
import type { BotAccount, NewBot } from '../world/model.ts'
import { createWorld } from '../world/world.ts'
import type { Json, MethodName, MethodResult, MethodTable, Upload } from './call.ts'

type Values = Readonly<Record<string, Json>>

/** Its clock is frozen. Every answer is checked against the schemas of the Bot API. */
export function createScene(tables: MethodTable, newBot: NewBot = {}) {
  const clock = createClock()
  clock.freeze()
  const world = createWorld({ clock })
  const check = createAnswerCheck()
  const bot = world.addBot({ username: 'crew_bot', ...newBot })
  const user = world.addUser({ firstName: 'Ada' })
  const chat = world.privateChat(bot, user)
  const forum = world.addGroup({ title: 'Crew', isForum: true, members: [user], admins: [bot] })

  async function call<M extends MethodName>(
    method: M,
    values: Values = {},
    uploads: Readonly<Record<string, Upload>> = {},
    as: BotAccount = bot,
  ): Promise<MethodResult<M>> {
    const run = tables[method]
    assert.ok(run !== undefined, `there is no ${method}`)
    const params = { values, uploads: new Map(Object.entries(uploads)) }
    const result = await run({ world, bot: as, params, signal: new AbortController().signal })
    assert.equal(check(method, result), null)
    return result
  }

  return {
    world,
    clock,
    bot,
    user,
    chat,
    forum,
    call,
    /** The description of the refusal. */
    refusal: async (method: MethodName, values: Values = {}, uploads: Readonly<Record<string, Upload>> = {}) => {
      try {
        await call(method, values, uploads)
      } catch (error) {
        if (error instanceof BotApiError) return error.message
        throw error
      }
      return 'it was not refused'
    },
    /** What is in the bot's queue, checked and taken out. */
    updates: (of: BotAccount = bot): Update[] => {
      const queue = world.queueOf(of)
      const taken = [...queue.peek(100)]
      for (const update of taken) assert.equal(checkUpdate(update), null)
      queue.clear()
      return taken
    },
  }
}

export function upload(name: string, bytes: Uint8Array, mimeType = 'application/octet-stream'): Upload {
  return { name, mimeType, bytes }
}

/** The header of a PNG, which is all that anybody here reads of one. */
export function png(width: number, height: number, size = 64): Uint8Array {
  const bytes = new Uint8Array(size)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const view = new DataView(bytes.buffer)
  view.setUint32(16, width)
  view.setUint32(20, height)
  return bytes
}
