// DBOS's side of the journaled-steps benchmark: workflows of three steps on the same PostgreSQL server.
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'

const { server, workflows, concurrency } = JSON.parse(process.argv[2])
const pool = new pg.Pool({ ...server, max: 20 })
const silent = () => undefined
const logger = { info: silent, debug: silent, warn: silent, error: console.error, trace: silent }
DBOS.setConfig({ name: 'bench', systemDatabasePool: pool, logger, runAdminServer: false })

const work = DBOS.registerWorkflow(
  async (input) => {
    const one = await DBOS.runStep(async () => ({ text: input }), { name: 'one' })
    const two = await DBOS.runStep(async () => ({ text: one.text }), { name: 'two' })
    return DBOS.runStep(async () => ({ text: two.text }), { name: 'three' })
  },
  { name: 'work' },
)
await DBOS.launch()

async function all(times) {
  let next = 0
  const lane = async () => {
    while (next < times) {
      next += 1
      const handle = await DBOS.startWorkflow(work)('What is the answer?')
      await handle.getResult()
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
}

await all(50)
const began = performance.now()
await all(workflows)
const perSecond = (workflows * 1_000) / (performance.now() - began)
await DBOS.shutdown()
await pool.end()
console.log(JSON.stringify({ perSecond }))
process.exit(0)
