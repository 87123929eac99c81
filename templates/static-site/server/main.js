// Serves the site on your own machine, the way nginx does in production.
import { createServer } from './server.js'

const port = Number(process.env.PORT ?? 8080)
const host = process.env.HOST ?? '0.0.0.0'
const server = createServer(new URL('../site/', import.meta.url))

server.listen(port, host, () => console.log(`Listening on http://localhost:${server.address().port}`))

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close()
    server.closeIdleConnections()
  })
}
