// A real browser for the tests of the console: the Chromium of this machine, nothing downloaded.
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { chromium } from 'playwright-core'
import type { BrowserContext } from 'playwright-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The sandbox of Chromium can't be had as root; nothing but the test's own pages is opened. The rest keeps it off the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

export type Screen = {
  readonly width: number
  readonly height: number
  readonly dark?: boolean
  readonly phone?: boolean
}

export const DESK: Screen = { width: 1280, height: 800 }
export const PHONE: Screen = { width: 390, height: 844, phone: true }

export function findChromium(): string | null {
  return PLACES.find(isExecutable) ?? null
}

/**
 * A fresh browser profile, closed and removed after the test. Null where the machine has no Chromium: the test is then
 * marked as skipped and should return.
 */
export async function openBrowser(t: TestContext, screen: Screen = DESK): Promise<BrowserContext | null> {
  const executablePath = findChromium()
  if (executablePath === null) {
    t.skip('no Chromium on this machine (Debian: apt-get install chromium)')
    return null
  }
  const profile = await mkdtemp(join(tmpdir(), 'factotum-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: FLAGS,
    viewport: { width: screen.width, height: screen.height },
    colorScheme: screen.dark === true ? 'dark' : 'light',
    isMobile: screen.phone === true,
    hasTouch: screen.phone === true,
    locale: 'en-GB',
  })
  t.after(async () => {
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  return context
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
