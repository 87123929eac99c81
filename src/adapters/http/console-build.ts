// The built console, made when it is missing or its sources changed: nobody has to remember a build step.
import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import packageInfo from '#package' with { type: 'json' }

export type ConsoleBuild = {
  /** The folder with index.html, vite.config.ts and src/. */
  readonly sourceDir: string
  /** Where builds are kept, one folder each; made if missing. */
  readonly outDir: string
  /** Told in one line that a build is made, and only then. */
  readonly say: (line: string) => void
}

/** In a prebuilt `dist`, the file that names the sources it was built from. */
export const SOURCES_FILE = 'sources.sha256'
const NOT_SOURCES = new Set(['dist', 'node_modules'])

/**
 * The directory of the console as its sources stand: `dist` beside them when that was built from exactly these, else
 * `<outDir>/<digest>`, built first when missing. Processes may call it at once; one build wins, all get a whole one.
 * Throws where the sources cannot be read or do not build.
 */
export async function ensureConsole({ sourceDir, outDir, say }: ConsoleBuild): Promise<string> {
  const digest = await digestSources(sourceDir)
  const prebuilt = join(sourceDir, 'dist')
  const builtFrom = await readFile(join(prebuilt, SOURCES_FILE), 'utf8').catch(() => null)
  if (builtFrom?.trim() === digest) return prebuilt
  const target = join(outDir, digest.slice(0, 16))
  if (await isBuilt(target)) return target
  say('Building the web console …')
  // Built aside and moved into place whole: a crash or a second process never leaves half a console.
  const aside = join(outDir, `.building-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await buildConsole(sourceDir, aside)
    await rename(aside, target)
  } catch (error) {
    if (await isBuilt(target)) return target
    throw new Error('The web console could not be built.', { cause: error })
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  await forgetOthers(outDir, target)
  return target
}

/** SHA-256 over this version and over the names and contents of the sources; tests are no part of what is built. */
export async function digestSources(sourceDir: string): Promise<string> {
  const entries = await readdir(sourceDir, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(sourceDir.length).replaceAll('\\', '/').replace(/^\//, ''))
    .filter((file) => !NOT_SOURCES.has(file.split('/')[0] ?? ''))
    .sort()
  const hash = createHash('sha256').update(packageInfo.version)
  for (const file of files) {
    const content = await readFile(join(sourceDir, file))
    hash.update(`\0${file}\0${content.byteLength}\0`).update(content)
  }
  return hash.digest('hex')
}

async function buildConsole(sourceDir: string, outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true })
  // Vite is large, and mostly there is nothing to build.
  const { build } = await import('vite')
  await build({
    root: sourceDir,
    configFile: join(sourceDir, 'vite.config.ts'),
    // Read as it is: bundling the configuration first would write next to it.
    configLoader: 'native',
    cacheDir: join(outDir, '.vite'),
    // What goes wrong comes as an error.
    logLevel: 'silent',
    build: { outDir, emptyOutDir: true },
  })
}

async function isBuilt(directory: string): Promise<boolean> {
  return access(join(directory, 'index.html')).then(
    () => true,
    () => false,
  )
}

const KEPT = 2

/** Builds of other versions go, except the newest few: an older process may still be serving one. */
async function forgetOthers(outDir: string, current: string): Promise<void> {
  const names = (await readdir(outDir)).filter((name) => /^[0-9a-f]{16}$/.test(name))
  const others = names.map((name) => join(outDir, name)).filter((path) => path !== current)
  const aged = await Promise.all(others.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })))
  const old = aged.sort((a, b) => b.at - a.at).slice(KEPT)
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })))
}
