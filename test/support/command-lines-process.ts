// The process of command-lines.ts: command lines come in on stdin, and how each of them ended goes out on stdout, as JSON.
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import { runProgram } from '../../src/commands/program.ts'

const lines = z.array(z.array(z.string())).parse(await json(process.stdin))
const [node = '', program = ''] = process.argv
const write = process.stdout.write.bind(process.stdout)
const ended: { readonly code: number; readonly stdout: string; readonly stderr: string }[] = []
for (const line of lines) {
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (chunk: string | Uint8Array): boolean => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      return true
    }
  process.argv = [node, program, ...line]
  const code = await runProgram()
  ended.push({ code, ...said })
}
write(JSON.stringify(ended), () => process.exit(0))
