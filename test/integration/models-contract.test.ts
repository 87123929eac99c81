// The promises of Models, kept by the offline model, by recorded turns and by each provider's adapter.
import { createScriptedModels } from '../../src/adapters/memory/models.ts'
import { createModels } from '../../src/adapters/models/models.ts'
import { createOfflineModels } from '../../src/adapters/models/offline/offline.ts'
import { createRecordedModels } from '../../src/adapters/models/recorded.ts'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import { modelsContract } from '../contract/models.ts'
import { PROVIDERS_UNDER_TEST, configOf } from '../../testkit/llm/provider-config.ts'

const close = async (): Promise<void> => {}
const usage = { input_tokens: 10, output_tokens: 5, cached_input_tokens: 0 }
const model = { provider: 'anthropic', model: 'claude-haiku-5-5', offline: false }

modelsContract('offline', async () => ({ models: createOfflineModels(), close }))

modelsContract('recorded', async () => {
  const turns = {
    object: { value: { task_type: 'shell_command', summary: 'List.', command: 'ls -la' }, usage, model },
    chat: {
      text: '',
      toolCalls: [{ id: 'a', tool: 'write', input: { path: 'a.txt', content: 'a' } }],
      finish: 'tool_calls',
      providerData: null,
      usage,
      model,
    },
  }
  return { models: createRecordedModels((kind) => turns[kind]), close }
})

for (const provider of PROVIDERS_UNDER_TEST) {
  const open = async () => {
    const llm = await createScriptedLlm({
      respond: (request) => {
        if (request.wire.endsWith('embeddings')) return {}
        if (request.tools.includes('write'))
          return { toolCalls: [{ name: 'write', id: 'call_a', input: { path: 'a.txt', content: 'a' } }] }
        const [media] = request.media
        if (media?.mediaType.startsWith('image/') === true)
          return { object: { description: 'two words', text: '', kind: 'photo', objects: [] } }
        if (media !== undefined) return { text: 'two words' }
        return { object: { task_type: 'shell_command', summary: 'List.', command: 'ls -la' } }
      },
    })
    return { models: createModels(configOf(llm.url, [provider]), { log: () => {} }), close: llm.close }
  }
  const isAnthropic = provider === 'anthropic'
  modelsContract(provider, open, { hears: !isAnthropic, sees: true, embeds: !isAnthropic })
}

modelsContract(
  'scripted',
  async () => ({
    models: createScriptedModels({
      chat: () => ({ text: 'Writing.', calls: [{ tool: 'write', input: { path: 'a.txt', content: 'a' } }] }),
      object: () => ({ task_type: 'shell_command', summary: 'List.', command: 'ls -la' }),
      transcribe: () => 'two words',
      describeImage: () => ({ description: 'two words', text: '', kind: 'photo', objects: [] }),
      embed: (text) => [text.length, 1],
    }),
    close,
  }),
  { hears: true, sees: true, embeds: true },
)
