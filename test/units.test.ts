// Every test that starts nothing and waits for nothing, in one process: to start one for each file would take longer than the tests do.
import { glob } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const UNITS = ['src/**/*.test.ts', 'testkit/**/*.test.ts', 'console/src/**/*.test.ts', 'test/house/*.test.ts']

const files = await Array.fromAsync(glob(UNITS, { cwd: ROOT, exclude: (name) => name === 'node_modules' }))
for (const file of files.toSorted()) await import(new URL(`../${file}`, import.meta.url).href)
