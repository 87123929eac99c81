// Starts the application, and stops it so that nobody loses an answer.
import { readConfig } from './config.js'
import { openNotes } from './notes.js'
import { createServer } from './server.js'

const config = readConfig(process.env)
const notes = openNotes(config.databaseFile)
const server = createServer({ notes })

server.listen(config.port, config.host, () => console.log(`Listening on http://localhost:${server.address().port}`))

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => notes.close())
    server.closeIdleConnections()
    // Whoever still holds a connection open after this does not get to keep the process.
    setTimeout(() => server.closeAllConnections(), 5_000).unref()
  })
}
