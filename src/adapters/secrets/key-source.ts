// Where the vault's keys come from: a credential of systemd, a command of the operator's, or a file of our own.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createKeyFile } from './key-file.ts'

export type VaultKey = {
  /** Tells one key from another, and nothing else of it. */
  readonly id: string
  /** 32 bytes. */
  readonly bytes: Uint8Array
  /** Null where only its giver knows. */
  readonly madeAt: Date | null
}

export type KeySource = {
  /** `file` keys are replaced by us; the others by whoever gives them. */
  readonly kind: 'credential' | 'command' | 'file'
  /** Where it is, for people. */
  readonly place: string
  /** The newest first. Throws an Error with one clear sentence where there is none. */
  readonly keys: () => Promise<readonly [VaultKey, ...VaultKey[]]>
  /** Makes the key that follows this one, where it is still the newest and ours to replace. */
  readonly renew: (keyId: string, now: Date) => Promise<void>
  /** Lets go of keys of ours that are older than this one; returns how many. */
  readonly forgetOlder: (keyId: string) => Promise<number>
}

export type KeySourceConfig = {
  /** Where systemd puts credentials; null without it. */
  readonly credentials: string | null
  /** Prints keys, the newest first, a line each; null without one. */
  readonly command: string | null
  /** Of the key that is made where nobody gives one. */
  readonly file: string
}

export const CREDENTIAL = 'factotum-vault'
const KEY_BYTES = 32
const COMMAND_MS = 10_000
const MOST_KEYS = 10
const run = promisify(execFile)

/** Which of them it is, is decided once: a credential that is there, then a command that is set, then the file. */
export async function findKeySource(config: KeySourceConfig): Promise<KeySource> {
  const own = fileSource(config.file)
  const credential = config.credentials === null ? null : join(config.credentials, CREDENTIAL)
  if (credential !== null && (await exists(credential)))
    return givenSource('credential', credential, () => readFile(credential, 'utf8'), config.file)
  const { command } = config
  if (command !== null)
    return givenSource('command', command.split(/\s+/)[0] ?? '', () => outputOf(command), config.file)
  return own
}

function fileSource(path: string): KeySource {
  const file = createKeyFile(path)
  return {
    kind: 'file',
    place: path,
    keys: async () => {
      const [first, ...others] = await file.read()
      return [
        storedToKey(first.text, first.madeAt, path),
        ...others.map(({ text, madeAt }) => storedToKey(text, madeAt, path)),
      ]
    },
    renew: async (keyId, now) => {
      const [newest] = await file.read()
      if (storedToKey(newest.text, newest.madeAt, path).id === keyId) await file.follow(newest, now)
    },
    forgetOlder: async (keyId) => {
      const stored = await file.look()
      const at = stored.findIndex(({ text, madeAt }) => storedToKey(text, madeAt, path).id === keyId)
      const older = at === -1 ? [] : stored.slice(at + 1)
      for (const key of older) await file.forget(key)
      return older.length
    },
  }
}

/** Keys that we are given. A file of ours from the time before still opens what was sealed with it, until all is sealed anew. */
function givenSource(
  kind: 'credential' | 'command',
  place: string,
  read: () => Promise<string>,
  path: string,
): KeySource {
  const before = createKeyFile(path)
  return {
    kind,
    place,
    keys: async () => {
      const lines = (await read())
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
      const [first, ...others] = lines.slice(0, MOST_KEYS).map((line) => storedToKey(line, null, place))
      if (first === undefined) throw new Error(`The vault's key is missing: ${place} is empty.`)
      const ours = (await before.look()).map(({ text, madeAt }) => storedToKey(text, madeAt, path))
      return [first, ...others, ...ours]
    },
    renew: async () => undefined,
    forgetOlder: async (keyId) => {
      const ours = await before.look()
      // Sealed with one of them as long as it is the newest that is given.
      if (ours.some(({ text, madeAt }) => storedToKey(text, madeAt, path).id === keyId)) return 0
      for (const key of ours) await before.forget(key)
      return ours.length
    },
  }
}

function storedToKey(text: string, madeAt: Date | null, place: string): VaultKey {
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null
  if (bytes?.length !== KEY_BYTES)
    throw new Error(
      `The vault's key in ${place} is no key: it must be 32 bytes in base64, as \`openssl rand -base64 32\` prints.`,
    )
  const id = createHash('sha256').update('factotum vault key\n').update(bytes).digest('hex').slice(0, 16)
  return { id, bytes: new Uint8Array(bytes), madeAt }
}

/** Without a shell: what stands in the setting is a program and its arguments, and nothing else can come of it. */
async function outputOf(command: string): Promise<string> {
  const [program = '', ...args] = command.trim().split(/\s+/)
  try {
    const { stdout } = await run(program, args, { timeout: COMMAND_MS, killSignal: 'SIGKILL', maxBuffer: 64_000 })
    return stdout
  } catch (error) {
    // What it printed may be half a key: only how it ended is told.
    throw new Error(`The vault's key is missing: ${program} (VAULT_KEY_COMMAND) ${endingOf(error)}.`)
  }
}

function endingOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if ('killed' in error && error.killed === true) return `gave none within ${COMMAND_MS / 1_000} seconds`
  if ('code' in error && typeof error.code === 'number') return `ended with exit code ${error.code}`
  return 'code' in error ? `could not be run (${String(error.code)})` : 'failed'
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
