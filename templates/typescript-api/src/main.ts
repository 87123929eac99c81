// Starts the API, and stops it so that nobody loses an answer.
import { serve } from '@hono/node-server'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { openTaskStore } from './task-store.ts'

const config = readConfig(process.env)
const store = openTaskStore(config.DATABASE_FILE)
const app = createApp({ store, token: config.API_TOKEN })
const server = serve({ fetch: app.fetch, port: config.PORT, hostname: config.HOST }, ({ port }) =>
  console.log(`Listening on http://localhost:${port}`),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => server.close(() => store.close()))
}
