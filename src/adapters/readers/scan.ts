// Letters in the pages of a PDF that are pictures, by Debian's poppler and tesseract.
import type { LocalFile, LocalReading } from '../../core/ports/local-readers.ts'
import type { NativeDeps } from './native-programs.ts'
import { runNative } from './native-programs.ts'

const PAGES = 20
const TIMEOUT_MS = 180_000
const TEXT_LIMIT = 100_000
const PICTURES = 'There is no text in this PDF, its pages are pictures: send them as pictures'
export const SCAN_HINT = 'apt-get install poppler-utils tesseract-ocr'

const COMMAND = `
command -v pdftoppm >/dev/null && command -v tesseract >/dev/null || exit 127
pdftoppm -gray -png -l ${PAGES} -scale-to 2400 in page 2>err || exit 65
for page in page*.png; do OMP_THREAD_LIMIT=1 tesseract "$page" stdout --psm 3 2>>err; done
exit 0`

export async function readScan(
  deps: NativeDeps,
  file: LocalFile,
  pages: number,
  signal: AbortSignal,
): Promise<LocalReading> {
  const outcome = await runNative(deps, { bytes: file.bytes, command: COMMAND, timeoutMs: TIMEOUT_MS }, signal)
  if (outcome.type === 'too_much')
    return { type: 'failed', reason: `${PICTURES}, for they take too long to read here.` }
  if (outcome.type === 'refused') return { type: 'failed', reason: `${PICTURES}.` }
  const { exitCode, stdout } = outcome.result
  if (exitCode === 127)
    return { type: 'failed', reason: `${PICTURES}, or have their letters read here (${SCAN_HINT}).` }
  const text = stdout
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll('\f', '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
  if (exitCode !== 0 || text === '') return { type: 'failed', reason: `${PICTURES}.` }
  const truncated = pages > PAGES || text.length > TEXT_LIMIT
  return { type: 'read', text: text.slice(0, TEXT_LIMIT), about: { pages }, by: 'local/tesseract', truncated }
}
