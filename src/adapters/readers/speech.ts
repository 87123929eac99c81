// Words in speech, by Debian's ffmpeg and pocketsphinx: English, and less sure than a model, but without any key.
import type { LocalFile, LocalReading } from '../../core/ports/local-readers.ts'
import type { NativeDeps } from './native-programs.ts'
import { NO_SANDBOX, runNative } from './native-programs.ts'

export const SPEECH_HINT =
  'To understand speech without a model install ffmpeg and pocketsphinx (apt-get install ffmpeg pocketsphinx pocketsphinx-en-us), or set OPENAI_API_KEY or GEMINI_API_KEY.'
const SECONDS = 300
const TIMEOUT_MS = 240_000
const NO_SOUND = 65
const WAV_BYTES = SECONDS * 16_000 * 2

const MODEL = '/usr/share/pocketsphinx/model/en-us'
/** Recognised as a whole, which hears far better than word by word; longer ones take more memory than they are worth. */
const PART_SECONDS = 25

/**
 * Only sound is decoded, and of what it may open only the file at hand: a playlist inside of it leads nowhere. The size of what was
 * decoded comes first in the output.
 */
const COMMAND = `
command -v ffmpeg >/dev/null || exit 127
command -v pocketsphinx_batch >/dev/null || command -v pocketsphinx >/dev/null || exit 127
ffmpeg -nostdin -v error -protocol_whitelist file -i file:in -vn -sn -dn -t ${SECONDS} -ac 1 -ar 16000 -c:a pcm_s16le \
  -f segment -segment_time ${PART_SECONDS} part%03d.wav 2>err || exit ${NO_SOUND}
cat part*.wav | wc -c
if command -v pocketsphinx_batch >/dev/null; then
  [ -d ${MODEL}/en-us ] || exit 127
  for part in part*.wav; do echo "\${part%.wav}"; done >parts
  pocketsphinx_batch -adcin yes -adchdr 44 -cepdir . -cepext .wav -ctl parts -hyp words -hmm ${MODEL}/en-us \
    -lm ${MODEL}/en-us.lm.bin -dict ${MODEL}/cmudict-en-us.dict -logfn /dev/null >log 2>&1 || exit ${NO_SOUND}
  exec cat words
fi
for part in part*.wav; do pocketsphinx -loglevel FATAL single "$part"; done`

export async function readSpeech(deps: NativeDeps, file: LocalFile, signal: AbortSignal): Promise<LocalReading> {
  const outcome = await runNative(deps, { bytes: file.bytes, command: COMMAND, timeoutMs: TIMEOUT_MS }, signal)
  if (outcome.type === 'refused') return { type: 'unsupported', hint: NO_SANDBOX }
  if (outcome.type === 'too_much')
    return { type: 'failed', reason: 'This recording takes too long to understand: send a shorter one.' }
  const { exitCode, stdout } = outcome.result
  if (exitCode === 127) return { type: 'unsupported', hint: SPEECH_HINT }
  if (exitCode !== 0)
    return {
      type: 'failed',
      reason: 'This recording is damaged, or holds no sound: send it again as a voice message, MP3 or WAV.',
    }
  const [size = '', ...lines] = stdout.split('\n')
  const text = lines.map(wordsOf).filter(Boolean).join('\n').trim()
  const seconds = Math.round(Number(size.trim()) / 32_000)
  const truncated = Number(size.trim()) >= WAV_BYTES
  return { type: 'read', text, about: { seconds, certainty: 'low' }, by: 'local/pocketsphinx', truncated }
}

/** The older program prints words with the part and a score behind, the newer one JSON with the words under `t`. */
function wordsOf(line: string): string {
  const spoken = /^\{.*?"t":\s*"([^"]*)"/.exec(line)?.[1] ?? line
  return spoken.replaceAll(/<[^>]*>|\([^)]*\)/g, '').trim()
}
