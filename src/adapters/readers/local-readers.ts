// The machine's own readers behind one door: documents in a process of their own, pictures and speech in a sandbox.
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { LocalReaders } from '../../core/ports/local-readers.ts'
import type { DocumentLimits } from './document-process.ts'
import { DOCUMENT_LIMITS, readApart } from './document-process.ts'
import { createGate } from './gate.ts'
import type { NativeDeps } from './native-programs.ts'
import { PICTURE_HINT, readPicture } from './pictures.ts'
import { SCAN_HINT, readScan } from './scan.ts'
import { SPEECH_HINT, readSpeech } from './speech.ts'

type Deps = NativeDeps & {
  /** Documents that are open at once, and programs that run at once; more wait their turn. 2 unless told. */
  readonly atOnce?: number
  readonly documentLimits?: Partial<DocumentLimits>
}

export type ReaderFinding = { readonly name: string; readonly ok: boolean; readonly detail: string }

const PROGRAM_FOLDERS = ['/usr/bin', '/usr/local/bin', '/bin']

export function createLocalReaders(deps: Deps): LocalReaders {
  const limits = { ...DOCUMENT_LIMITS, ...deps.documentLimits }
  // A picture that takes a minute keeps no letter waiting.
  const documents = createGate(deps.atOnce ?? 2)
  const programs = createGate(deps.atOnce ?? 2)
  return {
    documentText: async (file, signal) => {
      const reading = await documents(signal, () => readApart(file, limits, signal))
      if (reading.type !== 'pictures') return reading
      return await programs(signal, () => readScan(deps, file, reading.pages, signal))
    },
    imageText: (file, signal) => programs(signal, () => readPicture(deps, file, signal)),
    speechText: (file, signal) => programs(signal, () => readSpeech(deps, file, signal)),
  }
}

/** What this machine reads without a model, and what it would take. Looks where programs lie; runs none. */
export async function findReaders(): Promise<readonly ReaderFinding[]> {
  const [tesseract, poppler, ffmpeg, batch, newer] = await Promise.all(
    ['tesseract', 'pdftoppm', 'ffmpeg', 'pocketsphinx_batch', 'pocketsphinx'].map(isInstalled),
  )
  const hears = ffmpeg === true && (batch === true || newer === true)
  const scans = tesseract === true && poppler === true
  return [
    { name: 'reading: documents', ok: true, detail: 'PDF, Office documents, text and lists of archives' },
    {
      name: 'reading: scanned documents',
      ok: scans,
      detail: scans ? 'poppler and tesseract' : `PDFs of pictures can not be read: ${SCAN_HINT}`,
    },
    {
      name: 'reading: letters in pictures',
      ok: tesseract === true,
      detail: tesseract === true ? 'tesseract' : PICTURE_HINT,
    },
    { name: 'reading: speech', ok: hears, detail: hears ? 'ffmpeg and pocketsphinx, in English' : SPEECH_HINT },
  ]
}

async function isInstalled(program: string): Promise<boolean> {
  const found = PROGRAM_FOLDERS.map((folder) => access(join(folder, program), constants.X_OK))
  return (await Promise.allSettled(found)).some(({ status }) => status === 'fulfilled')
}
