// OpenAI's transcription, as a server speaks it: a recording in a form, words in JSON.
import { openAiChatWire } from './openai-chat.ts'
import type { Wire } from './turn.ts'
import { textOf, usageOf } from './turn.ts'

export const openAiTranscriptionWire: Wire = {
  name: 'openai-transcription',
  match: (path, body) =>
    path.endsWith('/audio/transcriptions') ? { model: textOf(body['model']), stream: false } : null,
  read: () => ({ tools: [], forcedTool: null, wantsJson: false }),
  frames: () => [],
  whole: (reply) => {
    const language = reply.language === undefined ? {} : { language: reply.language }
    if (reply.usage === undefined)
      return { text: reply.text ?? '', ...language, usage: { type: 'duration', seconds: 2 } }
    const { input, output } = usageOf(reply)
    const usage = { type: 'tokens', input_tokens: input, output_tokens: output, total_tokens: input + output }
    return { text: reply.text ?? '', ...language, usage }
  },
  error: openAiChatWire.error,
  errorFrame: openAiChatWire.errorFrame,
}
