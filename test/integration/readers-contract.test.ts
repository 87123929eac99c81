// The readers of this machine against what every reader promises, in a real sandbox.
import { localReadersContract } from '../contract/local-readers.ts'
import { prepareReaders } from './readers-ground.ts'

const ground = prepareReaders()

localReadersContract('this machine', async (t) => ((await ground.isUsable(t)) ? ground.readers : null))
