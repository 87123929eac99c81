// What every sandbox of this machine shares: the runner as plain JavaScript, a copy of node that no one inside can read,
// and the few files of a made-up /etc. Made once for each version and kept under the data directory.
import { createHash } from 'node:crypto'
import { constants, existsSync, readFileSync, realpathSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, runProgram } from './run-program.ts'

export type Toolbox = {
  /** The folder with the runner's modules. */
  readonly runner: string
  /** Executable but unreadable, which makes the kernel hide the runner's memory and descriptors from its own user. */
  readonly hiddenNode: string
  /** For the commands: the same program, readable. */
  readonly node: string
  /** The folder of the npm package, or null where there is none or it lies in /usr anyway. */
  readonly npm: string | null
  /** The program that finds text in files, or null where its package is not installed. */
  readonly ripgrep: string | null
  readonly etc: string
}

const MODULES = ['main', 'wire', 'output', 'processes', 'commands', 'ports', 'egress', 'files', 'watch']
const ETC = {
  passwd:
    'root:x:0:0:root:/root:/usr/sbin/nologin\nuser:x:1000:1000:user:/home/user:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n',
  group: 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  'resolv.conf': '',
} as const

/** Safe when several processes do it at once. Throws where the data directory can't be written. */
export async function prepareToolbox(dataDir: string, searchPath: readonly string[]): Promise<Toolbox> {
  const node = realpathSync(process.execPath)
  const sources = MODULES.map((name) => ({
    name,
    source: readFileSync(fileURLToPath(new URL(`./runner/${name}.ts`, import.meta.url)), 'utf8'),
  }))
  const digest = createHash('sha256')
    .update(JSON.stringify([sources, ETC, process.version, node]))
    .digest('hex')
    .slice(0, 16)
  const home = resolve(dataDir, 'tools', `sandbox-${digest}`)
  if (!existsSync(home)) await make(home, node, sources)
  return {
    runner: join(home, 'runner'),
    hiddenNode: join(home, 'node'),
    node,
    npm: npmPackage(searchPath),
    ripgrep: ripgrepProgram(),
    etc: join(home, 'etc'),
  }
}

type Source = { readonly name: string; readonly source: string }

async function make(home: string, node: string, sources: readonly Source[]): Promise<void> {
  await mkdir(dirname(home), { recursive: true })
  const temporary = await mkdtemp(`${home}-`)
  try {
    await mkdir(join(temporary, 'runner'))
    await mkdir(join(temporary, 'etc'))
    const plain = await withoutTypes(sources)
    for (const { name, source } of plain)
      await writeFile(join(temporary, 'runner', `${name}.js`), source, { mode: 0o644 })
    await writeFile(join(temporary, 'runner', 'package.json'), '{"type":"module"}', { mode: 0o644 })
    for (const [name, text] of Object.entries(ETC)) await writeFile(join(temporary, 'etc', name), text, { mode: 0o644 })
    await copyFile(node, join(temporary, 'node'), constants.COPYFILE_FICLONE)
    // Not readable by whoever runs it: "others" when we are root, the owner when we are not.
    await chmod(join(temporary, 'node'), process.getuid?.() === 0 ? 0o711 : 0o111)
    for (const folder of [temporary, join(temporary, 'runner'), join(temporary, 'etc')]) await chmod(folder, 0o755)
    await rename(temporary, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

// In a process of its own, because node still announces the function as experimental on stderr; and once, because node
// would take as long at every start of a sandbox as the rest of the start.
async function withoutTypes(sources: readonly Source[]): Promise<readonly Source[]> {
  const program = `
    const { stripTypeScriptTypes } = require('node:module')
    const sources = JSON.parse(require('node:fs').readFileSync(process.argv[1], 'utf8'))
    process.stdout.write(JSON.stringify(sources.map(({ name, source }) =>
      ({ name, source: stripTypeScriptTypes(source).replace(/(from '\\.\\/[^']+)\\.ts'/g, "$1.js'") }))))`
  const input = join(await mkdtemp(join(tmpdir(), 'factotum-')), 'sources.json')
  try {
    await writeFile(input, JSON.stringify(sources))
    const { ok, stdout, stderr } = await runProgram(process.execPath, ['--no-warnings', '-e', program, input])
    if (!ok) throw new Error(`the sandbox's runner could not be prepared: ${stderr}`)
    const plain: readonly Source[] = JSON.parse(stdout)
    return plain
  } finally {
    await rm(dirname(input), { recursive: true, force: true })
  }
}

function npmPackage(searchPath: readonly string[]): string | null {
  const npm = findProgram('npm', [...searchPath, dirname(process.execPath)])
  const real = npm === null ? null : realpathSync(npm)
  if (real === null || real.startsWith('/usr/') || !real.endsWith('/bin/npm-cli.js')) return null
  return dirname(dirname(real))
}

/** Optional packages, one for each kind of processor; npm installs the one that fits. */
function ripgrepProgram(): string | null {
  const { resolve: find } = createRequire(import.meta.url)
  try {
    return realpathSync(find(`@vscode/ripgrep-linux-${process.arch}/bin/rg`))
  } catch {
    return null
  }
}
