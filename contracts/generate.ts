// Writes the published contracts from the schemas that the server itself uses: `npm run contracts`.
import { writeFile } from 'node:fs/promises'
import manifest from '#package' with { type: 'json' }
import { eventsDocument, openApiDocument } from '../src/adapters/http/openapi.ts'
import { policyFileDocument } from '../src/core/policy/policy-file.ts'

const documents = {
  'openapi.json': openApiDocument(manifest.version),
  'events.schema.json': eventsDocument(),
  'policy.schema.json': policyFileDocument(),
}

for (const [file, document] of Object.entries(documents)) {
  await writeFile(new URL(file, import.meta.url), `${JSON.stringify(document, null, 2)}\n`)
}
