// Keys that this installation made for itself, in files that only its user can read: the newest in use, older ones until they are forgotten.
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export type StoredKey = {
  /** Grows with every key. */
  readonly number: number
  /** 256 random bits, base64url; in a file of an older version whatever stands there. */
  readonly text: string
  readonly madeAt: Date
}

export type KeyFile = {
  /** Newest first. Of several processes that ask at once for the first time, all get the same. Throws OpenToOthers. */
  readonly read: () => Promise<readonly [StoredKey, ...StoredKey[]]>
  /** Those that are there, without making one. */
  readonly look: () => Promise<readonly StoredKey[]>
  /** Makes the key that follows this one; whoever comes second gets the first one's. */
  readonly follow: (key: StoredKey, now: Date) => Promise<void>
  /** Forgetting what is not there changes nothing. */
  readonly forget: (key: StoredKey) => Promise<void>
}

/** A key that others can read is worth nothing. */
export class OpenToOthers extends Error {
  constructor(path: string) {
    super(`${path} can be read by others: run \`chmod 600 ${path}\`.`)
    this.name = 'OpenToOthers'
  }
}

const KEY_BYTES = 32
const MOST_BYTES = 4_096

/** `path` is the first key; those that follow are `path.2`, `path.3` and so on. */
export function createKeyFile(path: string): KeyFile {
  const pathOf = (number: number) => (number === 1 ? path : `${path}.${number}`)

  async function look(): Promise<readonly StoredKey[]> {
    const names = await namesIn(dirname(path))
    const numbers = names.flatMap((name) => numberOf(name, basename(path)) ?? []).toSorted((a, b) => b - a)
    const keys = await Promise.all(numbers.map((number) => readKey(pathOf(number), number)))
    return keys.flatMap((key) => key ?? [])
  }

  async function make(number: number, now: Date): Promise<void> {
    const target = pathOf(number)
    const text = `${randomBytes(KEY_BYTES).toString('base64url')}\n${now.toISOString()}\n`
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const draft = join(dirname(path), `.draft-${process.pid}-${randomBytes(6).toString('hex')}`)
    try {
      await writeDurably(draft, text)
      // A hard link is made whole or not at all: whoever comes second reads the first one's key.
      await link(draft, target)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      await rm(draft, { force: true })
    }
  }

  return {
    look,
    read: async () => {
      const [first, ...others] = await look()
      if (first !== undefined) return [first, ...others]
      await make(1, new Date())
      const [made, ...more] = await look()
      if (made === undefined) throw new Error(`${path} could not be written`)
      return [made, ...more]
    },
    follow: ({ number }, now) => make(number + 1, now),
    forget: ({ number }) => rm(pathOf(number), { force: true }),
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

function numberOf(name: string, first: string): number | null {
  if (name === first) return 1
  const number = name.startsWith(`${first}.`) ? name.slice(first.length + 1) : ''
  return /^[1-9]\d{0,6}$/.test(number) && number !== '1' ? Number(number) : null
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Null where it went away in between. */
async function readKey(path: string, number: number): Promise<StoredKey | null> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  if (file === null) return null
  try {
    const { mode, mtime, size } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new OpenToOthers(path)
    if (size > MOST_BYTES) throw new Error(`${path} is no key of ours: it is too large.`)
    const [text = '', date = ''] = (await file.readFile('utf8')).split('\n')
    if (text === '') throw new Error(`${path} is empty: put the key back, or remove the file to have a new one made.`)
    const madeAt = new Date(date)
    return { number, text, madeAt: Number.isNaN(madeAt.getTime()) ? mtime : madeAt }
  } finally {
    await file.close()
  }
}
