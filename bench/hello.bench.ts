// The hello-world web app with everything real but the model: over HTTP on a platform that is up, and as one command.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Benchmark, BenchmarkContext } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { environment, MAIN, runToEnd, startPlatform } from './harness/platform.ts'

const TEXT = 'create a hello world web app'

export const benchmark: Benchmark = {
  name: 'hello',
  run: async (context) => {
    const settings = { PREVIEW_MINUTES: '0' }
    const up = await startPlatform(context, 'data', settings)
    await runToEnd(up, TEXT)
    const http: number[] = []
    const bare: number[] = []
    for (let round = 0; round < context.rounds; round += 1) {
      bare.push(await seconds(() => ended([process.execPath, '-e', ''], context, {})))
      http.push((await runToEnd(up, TEXT)) / 1_000)
    }
    await up.stop()
    const command: number[] = []
    const dataDir = join(context.directory, 'data')
    for (let round = 0; round < context.rounds; round += 1) {
      const run = () => ended([process.execPath, MAIN, 'run', TEXT], context, environment(dataDir, settings))
      command.push(await seconds(run))
    }
    const baseline = { name: 'bare node start', values: bare }
    return [
      { name: 'hello world over HTTP', unit: 's', ours: http, baseline, goal: within(3) },
      {
        name: 'hello world, `factotum run`',
        unit: 's',
        ours: command,
        baseline,
        goal: null,
        note: 'starts and stops everything',
      },
    ]
  },
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1_000
}

function ended(words: readonly string[], context: BenchmarkContext, env: NodeJS.ProcessEnv): Promise<void> {
  const [program = '', ...rest] = words
  const child = spawn(program, rest, { cwd: context.directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`ended with ${code}: ${said.slice(-1_000)}`)),
    )
  })
}
