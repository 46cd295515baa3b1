import { createAuthClient } from 'better-auth/client'
import type { Asset } from './db/asset'

const auth = createAuthClient()
const table = document.querySelector<HTMLTableElement>('#assets')!
const addForm = document.querySelector<HTMLFormElement>('#add')!
const signInForm = document.querySelector<HTMLFormElement>('#sign-in')!

async function showAssets(): Promise<void> {
  const response = await fetch('/api/assets')
  const { columns, rows, error } = (await response.json()) as { columns: string[]; rows: Asset[]; error?: string }
  if (error) {
    table.textContent = error
    return
  }
  table.replaceChildren(
    row('th', columns),
    ...rows.map((asset) =>
      row(
        'td',
        columns.map((column) => String(asset[column as keyof Asset] ?? '')),
      ),
    ),
  )
}

function row(cell: 'th' | 'td', texts: readonly string[]): HTMLTableRowElement {
  const element = document.createElement('tr')
  for (const text of texts) element.append(Object.assign(document.createElement(cell), { textContent: text }))
  return element
}

async function showSignIn(): Promise<void> {
  const { data } = await auth.getSession()
  if (data) {
    signInForm.replaceChildren(
      `Signed in as ${data.user.name}`,
      button('Sign out', () => auth.signOut()),
    )
    return
  }
  const email = Object.assign(document.createElement('input'), { type: 'email', name: 'email', placeholder: 'E-mail' })
  const password = Object.assign(document.createElement('input'), {
    type: 'password',
    name: 'password',
    placeholder: 'Password',
  })
  const credentials = () => ({ email: email.value, password: password.value })
  signInForm.replaceChildren(
    email,
    password,
    button('Sign in', () => auth.signIn.email(credentials())),
    button('Sign up', () => auth.signUp.email({ ...credentials(), name: email.value.split('@')[0] ?? '' })),
  )
}

function button(label: string, act: () => Promise<unknown>): HTMLButtonElement {
  const element = Object.assign(document.createElement('button'), { type: 'button', textContent: label })
  element.addEventListener('click', async () => {
    const result = await act()
    await showSignIn()
    signInForm.append(failureOf(result))
  })
  return element
}

function failureOf(result: unknown): string {
  const { error } = result as { error?: { message?: string } | null }
  return error ? (error.message ?? 'that did not work') : ''
}

addForm.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = JSON.stringify(Object.fromEntries(new FormData(addForm)))
  await fetch('/api/assets', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  addForm.reset()
  await showAssets()
})

await Promise.all([showAssets(), showSignIn()])
