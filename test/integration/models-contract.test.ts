// The promises of Models, kept by the offline model, by recorded turns and by each provider's adapter.
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
  modelsContract(provider, async () => {
    const llm = await createScriptedLlm({
      respond: (request) =>
        request.tools.includes('write')
          ? { toolCalls: [{ name: 'write', id: 'call_a', input: { path: 'a.txt', content: 'a' } }] }
          : { object: { task_type: 'shell_command', summary: 'List.', command: 'ls -la' } },
    })
    return { models: createModels(configOf(llm.url, [provider]), { log: () => {} }), close: llm.close }
  })
}
