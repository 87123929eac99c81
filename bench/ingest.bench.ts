// Tasks taken over HTTP beside the least handler that takes a request durably, on one PostgreSQL server.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Benchmark } from './harness/benchmark.ts'
import { atLeast, within } from './harness/benchmark.ts'
import { postLoad } from './harness/load.ts'
import type { Load, Posts } from './harness/load.ts'
import { startPlatform } from './harness/platform.ts'
import { startPostgres } from './harness/postgres.ts'
import { alternate } from './harness/rounds.ts'

const CONNECTIONS = 20
const BODY = JSON.stringify({ input_text: 'What is the answer?', task_type: 'question' })
const BARE = fileURLToPath(new URL('sides/bare-ingest.ts', import.meta.url))

export const benchmark: Benchmark = {
  name: 'ingest',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const { host, port, user, database } = await postgres.freshDatabase()
    const address = `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    // Taking alone is measured: no worker starts any of them meanwhile.
    const up = await startPlatform(context, 'data', { DATABASE_URL: address }, 'gateway')
    const bare = spawn(process.execPath, [BARE, JSON.stringify(await postgres.freshDatabase())], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    context.cleanUp(() => void bare.kill('SIGKILL'))
    const barePort = await new Promise<string>((resolve) =>
      bare.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
    )
    const times = context.quick ? 1_500 : 8_000
    const load = (url: string, headers: Posts['headers']) => async (): Promise<Load> => {
      const posts: Posts = { headers, body: () => BODY, status: 201 }
      await postLoad(url, posts, 200, CONNECTIONS)
      return postLoad(url, posts, times, CONNECTIONS)
    }
    const rounds = await alternate(context.rounds, {
      ours: load(`${up.url}/v1/tasks`, { authorization: `Bearer ${up.token}` }),
      bare: load(`http://127.0.0.1:${barePort}/`, {}),
    })
    const row = (name: string, unit: string, figure: keyof Load) => ({
      name,
      unit,
      ours: rounds('ours').map((it) => it[figure]),
      baseline: { name: 'bare node:http + pg', values: rounds('bare').map((it) => it[figure]) },
    })
    return [
      { ...row(`POST /v1/tasks to 201, ${CONNECTIONS} connections`, '/s', 'perSecond'), goal: atLeast(0.8) },
      { ...row('POST /v1/tasks to 201, p99', 'ms', 'p99'), goal: within(25) },
    ]
  },
}
