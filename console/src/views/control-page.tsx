// Who may do what, with proof: four pages under one entry, each shown to those who may see it.
import type { ComponentChildren } from 'preact'
import type { ConsoleApp } from '../live/console-app.ts'
import { isAdmin } from '../state/access-view.ts'
import { routeLink } from '../state/route.ts'
import type { ControlPage as Page } from '../state/route.ts'
import { AccessPage } from './access-page.tsx'
import { AuditPage } from './audit-page.tsx'
import { PolicyPage } from './policy-page.tsx'
import { SecretsPage } from './secrets-page.tsx'

const LABELS: Readonly<Record<Page, string>> = {
  audit: 'Audit',
  policy: 'Policy',
  secrets: 'Secrets',
  access: 'Access',
}
const TITLES: Readonly<Record<Page, string>> = { ...LABELS, audit: 'Audit log' }
const FOR_ADMINS: ReadonlySet<Page> = new Set(['audit', 'secrets'])

type Props = { readonly app: ConsoleApp; readonly page: Page; readonly task: string | null }

export function ControlPage({ app, page, task }: Props) {
  const me = app.me.value
  if (me === null) return <p class="screen faint">Opening…</p>
  const admin = isAdmin(me)
  const shown = (Object.keys(LABELS) as Page[]).filter((each) => admin || !FOR_ADMINS.has(each))
  const current = shown.includes(page) ? page : 'policy'
  return (
    <section class="screen control">
      <nav class="control-nav" aria-label="Control">
        {shown.map((each) => (
          <a
            key={each}
            href={routeLink({ type: 'control', page: each, task: null })}
            aria-current={each === current ? 'page' : undefined}
          >
            {LABELS[each]}
          </a>
        ))}
      </nav>
      <h1 class="screen-title" tabIndex={-1} data-screen-start>
        {TITLES[current]}
      </h1>
      <Body key={current}>
        {current === 'audit' && <AuditPage key={task} app={app} task={task} />}
        {current === 'policy' && <PolicyPage app={app} />}
        {current === 'secrets' && <SecretsPage app={app} me={me} />}
        {current === 'access' && <AccessPage app={app} me={me} />}
      </Body>
    </section>
  )
}

function Body({ children }: { readonly children: ComponentChildren }) {
  return <div class="control-body">{children}</div>
}
