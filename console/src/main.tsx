// Starts the console in the page.
import { render } from 'preact'
import { createConsoleApp } from './live/console-app.ts'
import './styles/base.css'
import './styles/controls.css'
import './styles/shell.css'
import './styles/chat.css'
import './styles/conversation.css'
import './styles/task.css'
import './styles/plan.css'
import './styles/log.css'
import './styles/changes.css'
import './styles/evidence.css'
import './styles/control.css'
import './styles/audit.css'
import './styles/policy.css'
import './styles/access.css'
import { Shell } from './views/shell.tsx'

const root = document.getElementById('app')
if (root !== null) {
  const app = createConsoleApp()
  app.start()
  render(<Shell app={app} />, root)
}
