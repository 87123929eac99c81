// Letters in pictures, by Debian's tesseract.
import type { LocalFile, LocalReading } from '../../core/ports/local-readers.ts'
import type { NativeDeps } from './native-programs.ts'
import { NO_SANDBOX, runNative } from './native-programs.ts'

export const PICTURE_HINT =
  'To read the letters in pictures install tesseract (apt-get install tesseract-ocr), or set a model key so that a model looks at them.'
const TIMEOUT_MS = 60_000
const TEXT_LIMIT = 100_000

export async function readPicture(deps: NativeDeps, file: LocalFile, signal: AbortSignal): Promise<LocalReading> {
  // One thread: on a small machine more of them make it slower.
  const command = 'OMP_THREAD_LIMIT=1 exec tesseract in stdout --psm 3 2>err'
  const outcome = await runNative(deps, { bytes: file.bytes, command, timeoutMs: TIMEOUT_MS }, signal)
  if (outcome.type === 'refused') return { type: 'unsupported', hint: NO_SANDBOX }
  if (outcome.type === 'too_much')
    return {
      type: 'failed',
      reason: 'This picture takes too long to read: send a smaller one, or the part that matters.',
    }
  const { exitCode, stdout } = outcome.result
  if (exitCode === 127) return { type: 'unsupported', hint: PICTURE_HINT }
  if (exitCode !== 0)
    return {
      type: 'failed',
      reason: 'This picture is damaged, or of a kind that can not be read here: send it as PNG or JPEG.',
    }
  const text = stdout
    .replaceAll('\f', '\n')
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
  return {
    type: 'read',
    text: text.slice(0, TEXT_LIMIT),
    about: {},
    by: 'local/tesseract',
    truncated: text.length > TEXT_LIMIT,
  }
}
