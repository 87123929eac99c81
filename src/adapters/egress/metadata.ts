// The names under which clouds hand a machine its own credentials; the addresses are told by address-problem.ts.
const NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'instance-data',
  'instance-data.ec2.internal',
])

export function isMetadataName(host: string): boolean {
  return NAMES.has(host)
}
