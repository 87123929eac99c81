// The least that answers in Telegram: grammY's own polling, a reaction and a line, and nothing remembered.
import { Bot } from 'grammy'
import { z } from 'zod'

const GIVEN = z.object({ apiRoot: z.string(), tokens: z.array(z.string()) })
const { apiRoot, tokens } = GIVEN.parse(JSON.parse(process.argv[2] ?? ''))

for (const token of tokens) {
  const bot = new Bot(token, { client: { apiRoot } })
  bot.on('message', async (context) => {
    await context.react('👀')
    await context.reply('Done.')
  })
  // As in our own process, a few introduce themselves at once.
  if (tokens.length > 1) await bot.init()
  void bot.start()
}
