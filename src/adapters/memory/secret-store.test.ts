import { secretStoreContract } from '../../../test/contract/secret-store.ts'
import { createMemorySecretStore } from './secret-store.ts'

secretStoreContract('memory', async () => ({ secrets: createMemorySecretStore(), close: async () => undefined }))
