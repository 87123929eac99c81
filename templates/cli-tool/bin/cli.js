#!/usr/bin/env node
// The edge: hands the process's arguments and streams to the program, and its answer back as the exit code.
import { run } from '../src/run.js'

// Whoever reads us may have had enough, as `head` does: that is no error.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
})
