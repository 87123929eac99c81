// What looks at a preview from inside its sandbox: a script for the sandbox's own node, which drives the machine's Chromium through a pipe.
// Nothing of it is trusted outside: what it prints is parsed and checked there.

/** Where Chromium is looked for inside; the first that is there is taken. Wrappers of distributions read files that no sandbox has. */
const BROWSERS = [
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
  '/opt/google/chrome/chrome',
  '/usr/lib64/chromium-browser/chromium-browser',
  '/usr/bin/chromium',
]

/** Set in the environment of the script: the ports that are looked at until one has a page, separated by blanks, and the time in ms. */
export const SHOT_PORTS = 'SHOT_PORTS'
export const SHOT_MS = 'SHOT_MS'

export const VIEWS = [
  { view: 'desktop', width: 1280, height: 800, scale: 1, mobile: false },
  { view: 'phone', width: 390, height: 844, scale: 2, mobile: true },
] as const

/**
 * Prints one line of JSON: {"shots":{"desktop":"<base64>","phone":"<base64>"},"errors":["…"]} or {"skipped":"why"}. Ends with 0 whatever
 * happens, leaves nothing in the workspace, and kills the browser with its whole profile before it ends.
 */
const SCRIPT = `
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
const say = (it) => { process.stdout.write(JSON.stringify(it) + '\\n', () => process.exit(0)) }
const until = Date.now() + Number(process.env.${SHOT_MS})
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const browser = ${JSON.stringify(BROWSERS)}.find((path) => existsSync(path))
let folder = null
const clean = () => {
  if (folder === null) return
  for (const id of readdirSync('/proc')) {
    if (!/^\\d+$/.test(id) || Number(id) === process.pid) continue
    try { if (readFileSync('/proc/' + id + '/cmdline', 'latin1').includes(folder)) process.kill(Number(id), 'SIGKILL') } catch {}
  }
  try { rmSync(folder, { recursive: true, force: true }) } catch {}
}
const pageOn = async (port) => {
  const url = 'http://127.0.0.1:' + port + '/'
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000), headers: { accept: 'text/html' } })
    await answer.body?.cancel()
    const type = answer.headers.get('content-type') ?? ''
    return /html/.test(type) ? { url } : { why: 'port ' + port + ' answers with ' + (type.slice(0, 60) || 'no type') + ', which is no page' }
  } catch (error) { return { why: 'port ' + port + ' does not answer' } }
}
const main = async () => {
  if (browser === undefined) return { skipped: 'There is no Chromium on this machine.' }
  let url = null
  const whys = []
  for (const port of process.env.${SHOT_PORTS}.split(' ')) {
    const found = await pageOn(port)
    if (found.url) { url = found.url; break }
    whys.push(found.why)
  }
  if (url === null) return { skipped: 'Nothing is served that could be looked at: ' + whys.join(', ') + '.' }
  folder = mkdtempSync('/tmp/look-')
  const flags = ['--headless', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run', '--hide-scrollbars', '--mute-audio',
    '--no-proxy-server', '--disable-background-networking', '--disable-component-update', '--disable-default-apps', '--disable-extensions', '--disable-sync',
    '--disable-breakpad', '--renderer-process-limit=1', '--js-flags=--max-old-space-size=256', '--disk-cache-size=1', '--remote-debugging-pipe',
    '--user-data-dir=' + folder + '/profile', 'about:blank']
  // The first to go where memory runs out, before the work's own servers.
  const child = spawn('/bin/sh', ['-c', 'echo 1000 >/proc/self/oom_score_adj 2>/dev/null; exec "$0" "$@"', browser, ...flags],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { HOME: folder, TMPDIR: folder, PATH: process.env.PATH, LANG: 'C.UTF-8' }, cwd: folder })
  const [to, from] = [child.stdio[3], child.stdio[4]]
  const waiting = new Map()
  const errors = []
  const loads = new Map()
  let last = 0
  let gone = false
  const stop = () => { gone = true; for (const { fail } of waiting.values()) fail(new Error('the browser ended')) }
  child.on('exit', stop); child.on('error', stop); to.on('error', () => {}); from.on('error', () => {})
  const complain = (text) => { if (errors.length < 20) errors.push(String(text).slice(0, 500)) }
  const heard = (message) => {
    const asked = waiting.get(message.id)
    if (asked) { waiting.delete(message.id); message.error ? asked.fail(new Error(message.error.message)) : asked.done(message.result) }
    if (message.method === 'Page.loadEventFired') loads.get(message.sessionId)?.()
    if (message.method === 'Page.javascriptDialogOpening') ask('Page.handleJavaScriptDialog', { accept: false }, message.sessionId).catch(() => {})
    if (message.method === 'Runtime.exceptionThrown') { const it = message.params.exceptionDetails; complain(it.exception?.description ?? it.text) }
    if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') complain(message.params.entry.text + ' ' + (message.params.entry.url ?? ''))
  }
  let rest = []
  from.on('data', (piece) => {
    for (let end = piece.indexOf(0); end !== -1; end = piece.indexOf(0)) {
      const text = Buffer.concat([...rest, piece.subarray(0, end)]).toString('utf8')
      rest = []; piece = piece.subarray(end + 1)
      heard(JSON.parse(text))
    }
    if (piece.length > 0) rest.push(piece)
  })
  const ask = (method, params = {}, sessionId) => new Promise((done, fail) => {
    if (gone) return fail(new Error('the browser ended'))
    last += 1
    waiting.set(last, { done, fail })
    to.write(JSON.stringify({ id: last, method, params, ...(sessionId ? { sessionId } : {}) }) + '\\0')
  })
  await ask('Browser.setDownloadBehavior', { behavior: 'deny' })
  // Side by side, each in a window of its own, which is drawn whether or not another is in front of it.
  const look = async ({ width, height, scale, mobile }) => {
    const { targetId } = await ask('Target.createTarget', { url: 'about:blank', newWindow: true })
    const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true })
    const page = (method, params) => ask(method, params, sessionId)
    await Promise.all([page('Page.enable'), page('Runtime.enable'), page('Log.enable'), page('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile })])
    if (mobile) await page('Emulation.setTouchEmulationEnabled', { enabled: true })
    const ready = new Promise((done) => loads.set(sessionId, done))
    await page('Page.navigate', { url })
    await Promise.race([ready, sleep(Math.max(0, Math.min(12000, until - Date.now() - 4000)))])
    // Pictures, fonts and what a page does first after it was loaded.
    await Promise.race([page('Runtime.evaluate', { expression: 'document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 400)))', awaitPromise: true }), sleep(3000)]).catch(() => {})
    const { data } = await page('Page.captureScreenshot', { format: 'png', clip: { x: 0, y: 0, width, height, scale: 1 }, captureBeyondViewport: false })
    return data
  }
  const views = ${JSON.stringify(VIEWS)}
  const pictures = await Promise.all(views.map(look))
  const shots = Object.fromEntries(views.map(({ view }, at) => [view, pictures[at]]))
  return { shots, errors: [...new Set(errors)] }
}
const late = new Promise((done) => setTimeout(() => done({ skipped: 'The page was not ready to be looked at in time.' }), Number(process.env.${SHOT_MS})))
const found = await Promise.race([main().catch((error) => ({ skipped: 'The page could not be looked at: ' + error.message + '.' })), late])
clean()
say(found)
`

/** For /bin/sh inside a sandbox. */
export const SCREENSHOT_COMMAND = `node --input-type=module -e "$(cat <<'SCRIPT'\n${SCRIPT}\nSCRIPT\n)" 2>/dev/null || true`
