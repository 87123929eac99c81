// The embedded sandbox and its fake, against what every sandbox promises.
import { createMemorySandboxProvider } from '../../src/adapters/memory/sandbox.ts'
import { sandboxContract } from '../contract/sandbox.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'

const ground = prepareGround()

sandboxContract('bubblewrap', (t) => ground.open(t), { runsCommands: true })

sandboxContract('memory', () => createMemorySandboxProvider({ files: new Map() }).open(ground.newTask(), LIMITS), {
  runsCommands: false,
})
