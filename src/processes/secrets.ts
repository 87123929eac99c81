// The secret that signs tokens: the operator's, or one of our own made at the first start.
import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { ConfigError } from '../config.ts'

/** Of several processes that start at once, all get the same. Refuses a key file that others can read. */
export async function jwtSecret(config: Config): Promise<string> {
  if (config.JWT_SECRET !== undefined) return config.JWT_SECRET
  const folder = join(config.dataDir, 'secrets')
  const path = join(folder, 'jwt')
  const known = await read(path)
  if (known !== null) return known
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600 })
  try {
    // A hard link is made whole or not at all: whoever comes second reads the first one's secret.
    await link(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  const made = await read(path)
  if (made === null) throw new Error(`${path} could not be written`)
  return made
}

async function read(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new ConfigError(`${path} can be read by others: run \`chmod 600 ${path}\`.`)
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
