// One side of a comparison as a process of its own: neither shares an event loop, a heap or a warm cache with the other.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { JsonObject } from '../../src/core/vocabulary/json.ts'

const FIGURES = z.record(z.string(), z.number())
export type Figures = z.infer<typeof FIGURES>

/** Runs bench/sides/<file> with one JSON argument; the last line it prints is its figures. Throws with its stderr when it fails. */
export function runSide(file: string, given: JsonObject): Promise<Figures> {
  const path = fileURLToPath(new URL(`../sides/${file}`, import.meta.url))
  const child = spawn(process.execPath, [path, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let out = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('exit', kill)
      if (code !== 0)
        return reject(new Error(`bench/sides/${file} ended with ${code}: ${(errors + out).slice(-2_000)}`))
      resolve(FIGURES.parse(JSON.parse(out.trim().split('\n').at(-1) ?? '')))
    })
  })
}

/** Why a peer can't be measured here, or null when it is installed. */
export function missingPeer(name: string): string | null {
  return existsSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))
    ? null
    : `${name} is not installed (npm ci in bench/)`
}
