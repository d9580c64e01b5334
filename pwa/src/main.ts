import { mount } from 'svelte'
import './tokens.css'
import './base.css'
import App from './App.svelte'
import { theme } from './lib/ui/theme.svelte.ts'

theme.begin()
const target = document.getElementById('app')
if (target) mount(App, { target })
