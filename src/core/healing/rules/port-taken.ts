// A port that is taken: by a process that was left running in this sandbox, or by a fixed number where any free port would do.
import type { Remedy, Rule, RuleView } from '../rule.ts'
import { lineFix, saidBy } from '../rule.ts'

const TAKEN = /EADDRINUSE[^\n]*:(\d{2,5})(?![\d.])|ddress already in use[^\n]*:(\d{2,5})(?![\d.])/g
const MOST_FILES = 300

export const portTaken: Rule = {
  name: 'port taken',
  diagnose: async (view) => {
    const ports = new Set<number>()
    for (const [, node, other] of saidBy(view.failed).matchAll(TAKEN)) {
      const port = Number(node ?? other)
      if (port >= 1 && port <= 65_535) ports.add(port)
    }
    for (const port of ports) {
      const remedy = (await freePort(view, port)) ?? leftOver(view, port)
      if (remedy !== null) return remedy
    }
    return null
  },
}

/**
 * One file alone names the number, once, to listen on it, and asks afterwards for the port that it really got: any free one will do.
 */
async function freePort({ paths, read }: RuleView, port: number): Promise<Remedy | null> {
  const found: { readonly path: string; readonly text: string }[] = []
  for (const path of paths
    .filter((one) => /\.(?:[cm]?[jt]s|py|json|ya?ml|sh|env|html)$/.test(one))
    .slice(0, MOST_FILES)) {
    const text = await read(path)
    if (text !== null && new RegExp(`(?<!\\d)${port}(?!\\d)`).test(text)) found.push({ path, text })
  }
  const [only] = found
  if (only === undefined || found.length > 1) return null
  const lines = only.text.split(/\r?\n/)
  const named = lines.flatMap((line, index) => (new RegExp(`(?<!\\d)${port}(?!\\d)`).test(line) ? [index] : []))
  const [at] = named
  const line = at === undefined ? undefined : lines[at]
  if (at === undefined || line === undefined || named.length > 1 || !/\.address\(\)/.test(only.text)) return null
  const fixed = line.replace(new RegExp(`(\\.listen\\(\\s*)${port}(?=\\s*[,)])`), (_, head: string) => `${head}0`)
  if (fixed === line) return null
  return {
    cause: `The port ${port} is taken.`,
    fixes: [lineFix(only.path, at + 1, line, fixed, 'any free port instead of a fixed one')],
    commands: [],
  }
}

/** Ends what listens there, unless the platform itself has it running. */
function leftOver({ servedPorts }: RuleView, port: number): Remedy | null {
  if (servedPorts.includes(port) || port === EGRESS_PORT) return null
  return {
    cause: `The port ${port} is taken.`,
    fixes: [],
    commands: [{ command: endListener(port), says: `a process that was left listening on port ${port} was ended` }],
  }
}

/** At which a sandbox finds the way out. */
const EGRESS_PORT = 3128

/** Exits 0 when a process of the sandbox listened there and was ended, 1 when there was none. */
function endListener(port: number): string {
  const script = `
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
const hex = (${port}).toString(16).toUpperCase().padStart(4, '0')
const sockets = new Set()
for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
  let text = ''
  try { text = readFileSync(table, 'utf8') } catch { continue }
  for (const line of text.split('\\n').slice(1)) {
    const cells = line.trim().split(/\\s+/)
    if (cells[1]?.endsWith(':' + hex) && cells[3] === '0A') sockets.add('socket:[' + cells[9] + ']')
  }
}
let ended = 0
for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && name !== String(process.pid) && name !== '1')) {
  let files = []
  try { files = readdirSync('/proc/' + pid + '/fd') } catch { continue }
  const holds = files.some((file) => { try { return sockets.has(readlinkSync('/proc/' + pid + '/fd/' + file)) } catch { return false } })
  if (holds) { try { process.kill(Number(pid), 'SIGKILL'); ended += 1 } catch {} }
}
process.exit(ended > 0 ? 0 : 1)`
  return `node --input-type=module -e "$(cat <<'SCRIPT'\n${script}\nSCRIPT\n)"`
}
