import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'ended-session', scale: 0.02 } })

test('a phone whose session ended opens its alleys without a network, and signs in when there is one', async ({ phone, watch }) => {
  watch.expect(/status of 401/)
  const it = await phone()
  await it.signIn('tnv1')
  await it.context.clearCookies()
  await it.reload()
  await expect(it.page.getByRole('alert').filter({ hasText: 'Đăng nhập lại' })).toBeVisible()

  await it.offline()
  await it.restart()
  await it.toNextDoor()
  await it.knock('notHome')
  await it.holds(1)

  await it.online()
  await it.page.getByRole('alert').getByRole('link', { name: 'Đăng nhập' }).click()
  await expect(it.page.getByText('1 lượt trên máy vẫn còn nguyên')).toBeVisible()
  await it.signInAgain('tnv1')
  await expect(it.allSent).toBeVisible()
})
