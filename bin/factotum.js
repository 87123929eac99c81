#!/usr/bin/env node
// Starts Factotum with the Node 24 that it brings along, whatever Node runs this file.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`)
    const node = fileURLToPath(new URL('./bin/node', `file://${manifest}`))
    return existsSync(node) ? node : process.execPath
  } catch {
    return process.execPath
  }
}

// What is young stays small: a process that answers many chats keeps half of its memory by it, and loses no speed.
const MEMORY = '--max-semi-space-size=16'
const child = spawn(bundledNode(), [MEMORY, main, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
