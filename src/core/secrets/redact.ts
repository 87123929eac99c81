// Takes secrets out of texts before they are kept, shown or sent.
import type { SecretScanner } from '../ports/secret-scanner.ts'
import { REDACTED } from '../vocabulary/secret.ts'
import type { SecretFinding } from '../vocabulary/secret.ts'

export type Redacted = {
  readonly text: string
  /** Where they were in the text that was given. */
  readonly findings: readonly SecretFinding[]
}

/** Never throws. Redacting again changes nothing. */
export async function redact(scanner: SecretScanner, text: string, path?: string): Promise<Redacted> {
  const findings = text === '' ? [] : await scanner.scan(text, path)
  return { text: withoutSecrets(text, findings), findings }
}

function withoutSecrets(text: string, findings: readonly SecretFinding[]): string {
  let rest = 0
  const parts: string[] = []
  for (const { start, end } of findings) {
    parts.push(text.slice(rest, start), REDACTED)
    rest = end
  }
  parts.push(text.slice(rest))
  return parts.join('')
}
