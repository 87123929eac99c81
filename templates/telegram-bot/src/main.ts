// Starts the bot, and stops it so that no message is lost or answered twice.
import { createBot } from './bot.ts'
import { readConfig } from './config.ts'
import { createHealthServer } from './health.ts'
import { openNotes } from './notes.ts'

const SILENCE_MS = 120_000

const config = readConfig(process.env)
const notes = openNotes(config.databaseFile)
const bot = createBot({ token: config.token, notes, apiRoot: config.apiRoot })
let heard = 0

// A long poll comes back every half minute, with news or without.
bot.api.config.use(async (previous, method, payload, signal) => {
  const result = await previous(method, payload, signal)
  if (method === 'getUpdates' && result.ok) heard = Date.now()
  return result
})

const health = createHealthServer(() => Date.now() - heard < SILENCE_MS)
health.listen(config.port, config.host)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bot.stop())

try {
  await bot.start({ onStart: ({ username }) => console.log(`Listening as @${username}`) })
} finally {
  health.close()
  notes.close()
}
