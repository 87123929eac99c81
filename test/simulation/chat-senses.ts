// What files say on the stages of chats: no model hears or sees, the machine's own readers do as they are told.
import { createScriptedReaders } from '../../src/adapters/memory/local-readers.ts'
import type { ConversationDeps } from '../../src/core/conversation/deps.ts'
import type { LocalReaders } from '../../src/core/ports/local-readers.ts'
import { ModelError } from '../../src/core/ports/models.ts'

export const DEAF_MODELS: ConversationDeps['models'] = {
  transcribe: async () => {
    throw new ModelError('unsupported', 'No model hears here.')
  },
  describeImage: async () => {
    throw new ModelError('unsupported', 'No model sees here.')
  },
}

/** Documents are what their bytes say; of a recording, `speech` has what is heard in one of that many bytes. */
export function readersThatHear(speech: ReadonlyMap<number, string>): LocalReaders {
  return createScriptedReaders({
    documentText: ({ bytes }) => read(new TextDecoder().decode(bytes), 'text'),
    speechText: ({ bytes }) => {
      const text = speech.get(bytes.byteLength)
      return text === undefined
        ? { type: 'unsupported', hint: 'Nothing here understands speech.' }
        : read(text, 'pocketsphinx')
    },
  })
}

function read(text: string, by: string) {
  return { type: 'read', text, about: {}, by, truncated: false } as const
}
