// The program's first lines and its last: everything between is a command. The only place that ends the process.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Half of a short command is compiling. The cache lies beside the packages, where nobody else can write: a folder for
// all in the system's temporary one would let others choose what we run. Where it can't be written, all works without.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/factotum', import.meta.url)))

// A reader that closed the pipe (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Imported after the cache is on, or it would have nothing to give.
const { runProgram } = await import('./commands/program.ts')
process.exit(await runProgram())
