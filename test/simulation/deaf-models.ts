// Models that neither hear nor see: what files say is found out by the machine's own readers.
import type { ConversationDeps } from '../../src/core/conversation/deps.ts'
import { ModelError } from '../../src/core/ports/models.ts'

export const DEAF_MODELS: ConversationDeps['models'] = {
  transcribe: async () => {
    throw new ModelError('unsupported', 'No model hears here.')
  },
  describeImage: async () => {
    throw new ModelError('unsupported', 'No model sees here.')
  },
}
